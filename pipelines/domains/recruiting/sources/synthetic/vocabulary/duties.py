"""What people do in a profession: noun phrases for openings and CVs, without the name of any skill."""

#: Families whose duties are the same.
_GROUPS = {
    "sap": ("sap",),
    "development": ("java", "dotnet", "web", "mobile", "mainframe", "platforms"),
    "data": ("data", "database"),
    "operations": ("infrastructure", "network", "support"),
    "quality": ("quality",),
    "projects": ("projects", "business"),
    "design": ("design",),
    "office": ("administration", "finance", "corporate"),
}
# fmt: off
_PORTUGUESE: dict[str, tuple[str, ...]] = {
    "sap": (
        "configuração do módulo conforme o desenho da solução",
        "apoio aos usuários-chave na virada de versão",
        "elaboração de documentos técnicos e manuais do usuário",
        "atendimento de chamados da fábrica de software",
        "participação no roll-out para filiais da América Latina", "ajustes legais e fiscais do ERP",
        "parametrização de novos centros e empresas", "cargas iniciais na implantação do ERP",
        "acompanhamento da operação assistida após a entrada em produção",
        "desenho da solução junto às áreas de negócio",
    ),
    "development": (
        "desenvolvimento de novas funcionalidades em sistemas corporativos",
        "manutenção corretiva e evolutiva de sistemas legados",
        "revisão de código e apoio técnico aos colegas de equipe",
        "estimativa de esforço das demandas da sprint",
        "integração entre sistemas internos e parceiros", "correção de incidentes em produção",
        "documentação técnica das rotinas entregues", "refatoração de módulos com problemas de desempenho",
        "construção de telas de cadastro e de consulta", "publicação de versões em ambiente de produção",
    ),
    "data": (
        "construção de relatórios gerenciais para a diretoria", "carga diária de dados de sistemas de origem",
        "modelagem de tabelas e visões para consumo das áreas", "monitoramento das rotinas noturnas",
        "análise da qualidade dos dados recebidos", "automatização de planilhas das áreas usuárias",
        "cópias de segurança e recuperação de ambientes", "criação de painéis para acompanhamento de metas",
    ),
    "operations": (
        "monitoramento do ambiente em regime de plantão", "instalação e atualização de servidores",
        "atendimento remoto e presencial a usuários", "gestão de incidentes e de problemas críticos",
        "controle de acessos e de permissões", "administração de cópias de segurança",
        "escalonamento de chamados conforme o acordo de nível de serviço",
        "inventário de equipamentos e licenças",
        "abertura de chamados com fornecedores de equipamentos", "elaboração de procedimentos operacionais",
    ),
    "quality": (
        "planejamento e execução da validação de sistemas",
        "registro e acompanhamento de defeitos até a solução",
        "elaboração de evidências para a aceitação do cliente",
        "validação de regressão antes de cada entrega",
        "análise de impacto de mudanças sobre o produto", "participação no refinamento das demandas",
        "apuração de métricas de qualidade", "preparação de massa de dados para a validação",
    ),
    "projects": (
        "condução de reuniões com as áreas envolvidas", "elaboração do cronograma e do plano de comunicação",
        "acompanhamento de custos, prazos e entregas", "apresentação da situação ao comitê executivo",
        "interface entre a área de negócio e a equipe técnica", "priorização das demandas do trimestre",
        "acompanhamento de fornecedores e contratos de serviço", "treinamento dos usuários nas novas rotinas",
        "desenho do processo futuro com os gestores", "apoio à implantação nas filiais",
    ),
    "design": (
        "desenho de telas para aplicativos e portais", "apresentação de conceitos às partes interessadas",
        "criação de fluxos de navegação", "padronização visual dos produtos digitais",
        "acompanhamento da implementação junto à equipe técnica", "condução de oficinas de cocriação",
        "avaliação da experiência dos usuários em campo",
    ),
    "office": (
        "elaboração de relatórios mensais para a gerência", "atendimento telefônico e recepção de visitantes",
        "controle de planilhas e de prazos", "conferência de documentos e de assinaturas",
        "contato com fornecedores e prestadores de serviço", "organização de reuniões e de viagens",
        "apoio ao fechamento mensal", "lançamento de informações no sistema corporativo",
        "preparação de apresentações para a diretoria", "acompanhamento de contratos e de vencimentos",
    ),
}
_ENGLISH: dict[str, tuple[str, ...]] = {
    "sap": ("configuration of the module according to the design", "support of key users during go-live",
            "roll-out to subsidiaries in Latin America", "design of the solution with the business"),
    "development": ("development of new features for corporate systems",
    "code review and technical mentoring",
                    "maintenance of legacy applications", "integration of internal systems and partners"),
    "data": ("daily loads from source systems", "reports for the executive board",
             "monitoring of nightly jobs", "analysis of the quality of incoming data"),
    "operations": ("monitoring of the environment on call", "installation and upgrade of servers",
                   "remote and on-site assistance to users", "handling of critical incidents"),
    "quality": ("planning and execution of system validation", "tracking of defects until they are solved",
                "regression before each delivery", "evidence for the client's acceptance"),
    "projects": ("meetings with all departments involved", "schedule and communication plan",
                 "control of costs, deadlines and deliveries",
                 "interface between business and technical teams"),
    "design": ("screens for portals and apps", "presentation of concepts to stakeholders",
               "navigation flows", "visual standards of digital products"),
    "office": ("monthly reports for the management", "control of spreadsheets and deadlines",
               "contact with suppliers and service providers", "organization of meetings and travel"),
}
# fmt: on


def _by_family(duties: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {family: duties[group] for group, families in _GROUPS.items() for family in families}


PORTUGUESE_DUTIES = _by_family(_PORTUGUESE)
ENGLISH_DUTIES = _by_family(_ENGLISH)
