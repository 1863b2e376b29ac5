"""The areas of openings and applicants, by their names in the data."""

AREAS = (
    "Administrativa", "Comercial", "Financeira/Controladoria", "Gestão e Alocação de Recursos de TI",
    "Jurídica",
    "Marketing", "Novos Negócios e Parcerias", "Qualidade Corporativa", "Recursos Humanos",
    "Relacionamento Técnico", "TI - Arquitetura", "TI - Banco de Dados", "TI - Desenvolvimento/Design",
    "TI - Desenvolvimento/Mobile", "TI - Desenvolvimento/Programação", "TI - Governança",
    "TI - Infraestrutura",
    "TI - Processos e Negócios", "TI - Projetos", "TI - Qualidade/Testes", "TI - SAP",
    "TI - Segurança da Informação", "TI - Sistemas e Ferramentas", "TI - Suporte", "TI - Telecom", "TI - UX",
)  # fmt: skip
AREA_NUMBER = {area: number for number, area in enumerate(AREAS)}

#: The area of most openings, whatever their profession, and of those that staff a client's team.
PROJECTS, STAFFING = "TI - Projetos", "Gestão e Alocação de Recursos de TI"
