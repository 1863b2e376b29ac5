"""The professions of the generated world: what openings ask for and what applicants are."""

from dataclasses import dataclass

from pipelines.domains.recruiting.sources.synthetic.vocabulary.areas import AREA_NUMBER
from pipelines.domains.recruiting.sources.synthetic.vocabulary.skills import FAMILIES, SKILL_NUMBER


@dataclass(frozen=True)
class Profession:
    """A profession.

    Attributes:
        family: the family of most of its skills; applicants apply within a family.
        weight: relative number of openings.
        area: the area of its own.
        own_share: share of openings in that area; the others are projects or staffing.
        pay: salary in proportion to that of a developer.
        titles: Portuguese titles without a level.
        english_title: the title in English openings.
        core: numbers of its usual skills; everybody has the first, which a title may name.
    """

    family: str
    weight: float
    area: str
    own_share: float
    pay: float
    titles: tuple[str, ...]
    english_title: str
    core: tuple[int, ...]


# fmt: off
#: family, weight, area, own share, pay, titles | English title, core skills.
_ROWS: tuple[tuple[str, float, str, float, float, str, str, str], ...] = (
    ("sap", 3.4, "TI - SAP", .97, 1.3, "Consultor SAP MM|Analista SAP MM", "SAP MM Consultant",
     "SAP MM, SAP WM, SAP QM, SAP Ariba, S/4HANA, IDoc"),
    ("sap", 3.0, "TI - SAP", .97, 1.3, "Consultor SAP SD|Analista SAP SD", "SAP SD Consultant",
     "SAP SD, SAP TM, S/4HANA, IDoc, SAP MM, faturamento"),
    ("sap", 3.2, "TI - SAP", .97, 1.3, "Consultor SAP FI|Consultor Financeiro SAP FI", "SAP FI Consultant",
     "SAP FI, SAP CO, S/4HANA, contabilidade, apuração de impostos, controladoria"),
    ("sap", 1.4, "TI - SAP", .97, 1.3, "Consultor SAP CO", "SAP CO Consultant",
     "SAP CO, SAP FI, S/4HANA, controladoria, orçamento empresarial"),
    ("sap", 1.2, "TI - SAP", .97, 1.25, "Consultor SAP PP|Analista SAP PP", "SAP PP Consultant",
     "SAP PP, SAP QM, SAP MM, SAP PM, S/4HANA"),
    ("sap", .9, "TI - SAP", .97, 1.25, "Consultor SAP WM|Consultor de Logística SAP WM", "SAP WM Consultant",
     "SAP WM, SAP MM, SAP TM, controle de estoque, S/4HANA"),
    ("sap", 5.4, "TI - SAP", .96, 1.3, "Desenvolvedor ABAP|Consultor SAP ABAP|Programador ABAP",
     "ABAP Developer", "ABAP, CDS Views, Smartforms, BAPI, IDoc, OData, SAP Fiori, SAP HANA"),
    ("sap", 1.8, "TI - SAP", .97, 1.3, "Consultor SAP Basis|Administrador SAP Basis", "SAP Basis Consultant",
     "SAP Basis, SAP HANA, Solution Manager, Linux, SAP GRC, banco Oracle"),
    ("sap", 1.3, "TI - SAP", .97, 1.3, "Desenvolvedor SAP Fiori", "SAP Fiori Developer",
     "SAP Fiori, OData, JavaScript, ABAP, CDS Views, HTML5"),
    ("sap", 1.6, "TI - SAP", .97, 1.3, "Consultor SAP PI|Consultor de Integração SAP PI",
     "SAP PI Consultant", "SAP PI, SAP CPI, IDoc, OData, APIs REST, Java"),
    ("sap", 1.1, "TI - SAP", .97, 1.25, "Consultor SAP HCM", "SAP HCM Consultant",
     "SAP HCM, SuccessFactors, folha de pagamento, ABAP"),
    ("sap", 1.2, "TI - SAP", .95, 1.25, "Consultor SAP BW|Analista SAP BW", "SAP BW Consultant",
     "SAP BW, SAP HANA, data warehouse, ETL, ABAP"),
    ("sap", .8, "TI - SAP", .97, 1.35, "Consultor SAP GRC|Analista de Perfis SAP GRC", "SAP GRC Consultant",
     "SAP GRC, gestão de identidades, auditoria interna, SAP Basis"),
    ("java", 7.4, "TI - Desenvolvimento/Programação", .36, 1.0,
     "Desenvolvedor Java|Analista Programador Java|Engenheiro de Software Java", "Java Developer",
     "Java, Spring Boot, Hibernate, microsserviços, APIs REST, Kafka, JUnit, Maven, Git, Docker"),
    ("java", 1.2, "TI - Arquitetura", .3, 1.5, "Arquiteto de Software|Arquiteto de Soluções",
     "Software Architect",
     "microsserviços, Java, Kafka, AWS, Kubernetes, UML, APIs REST"),
    ("dotnet", 5.2, "TI - Desenvolvimento/Programação", .36, 1.0,
     "Desenvolvedor .NET Core|Programador .NET Core", ".NET Core Developer",
     ".NET Core, C#, ASP.NET, Entity Framework, SQL Server, APIs REST, LINQ, Azure, Git"),
    ("web", 3.2, "TI - Desenvolvimento/Programação", .35, .95,
     "Desenvolvedor Front-end|Programador Front-end", "Front-end Developer",
     "JavaScript, TypeScript, React, Angular, HTML5, CSS3, Vue.js, Git"),
    ("web", 2.0, "TI - Desenvolvimento/Programação", .35, 1.0,
    "Desenvolvedor Node.js|Desenvolvedor Full Stack",
     "Node.js Developer", "Node.js, TypeScript, JavaScript, React, MongoDB, APIs REST, Docker, AWS"),
    ("web", 1.4, "TI - Desenvolvimento/Programação", .4, .8, "Desenvolvedor PHP|Programador PHP",
     "PHP Developer", "PHP, Laravel, MySQL, JavaScript, HTML5, CSS3, jQuery"),
    ("mobile", 1.5, "TI - Desenvolvimento/Mobile", .24, 1.05, "Desenvolvedor Android|Desenvolvedor Mobile",
     "Android Developer", "Android, Kotlin, Java, APIs REST, Git, Flutter"),
    ("mobile", 1.1, "TI - Desenvolvimento/Mobile", .24, 1.1, "Desenvolvedor iOS", "iOS Developer",
     "iOS, Swift, APIs REST, Git, Flutter"),
    ("mainframe", 2.2, "TI - Desenvolvimento/Programação", .4, .95,
     "Desenvolvedor COBOL|Analista Programador COBOL|Analista Mainframe", "COBOL Developer",
     "COBOL, JCL, CICS, DB2, Control-M, Natural Adabas"),
    ("mainframe", .8, "TI - Desenvolvimento/Programação", .4, .8, "Desenvolvedor Delphi|Programador Delphi",
     "Delphi Developer", "Delphi, SQL Server, PL/SQL, consultas SQL"),
    ("data", 2.4, "TI - Sistemas e Ferramentas", .25, 1.1, "Engenheiro de Dados|Analista de Dados",
     "Data Engineer",
     "consultas SQL, Python, ETL, Spark, Airflow, data warehouse, AWS, Databricks, Snowflake"),
    ("data", 1.8, "TI - Sistemas e Ferramentas", .25, .95, "Analista de BI|Analista de Business Intelligence",
     "BI Analyst",
     "consultas SQL, Power BI, ETL, SSIS, data warehouse, Tableau, Qlik Sense, indicadores KPI"),
    ("data", .7, "TI - Sistemas e Ferramentas", .2, 1.25, "Cientista de Dados", "Data Scientist",
     "Python, machine learning, consultas SQL, Spark, AWS"),
    ("database", 1.3, "TI - Banco de Dados", .3, 1.1, "DBA|Administrador de Banco de Dados|Analista DBA",
     "Database Administrator",
     "tuning de banco de dados, SQL Server, banco Oracle, PostgreSQL, MySQL, Linux, MongoDB"),
    ("database", 1.1, "TI - Desenvolvimento/Programação", .4, .95, "Desenvolvedor PL/SQL|Analista PL/SQL",
     "PL/SQL Developer", "PL/SQL, banco Oracle, tuning de banco de dados, ETL, Oracle EBS"),
    ("infrastructure", 1.9, "TI - Infraestrutura", .22, 1.2, "Engenheiro DevOps|Analista DevOps",
     "DevOps Engineer", "Docker, Kubernetes, AWS, Jenkins, Terraform, Linux, Ansible, Azure, Git"),
    ("infrastructure", 1.7, "TI - Infraestrutura", .22, .8,
     "Analista de Infraestrutura|Administrador de Servidores",
     "Infrastructure Analyst",
     "Windows Server, Linux, VMware, Active Directory, Zabbix, Azure, redes LAN/WAN"),
    ("network", .9, "TI - Telecom", .15, .85, "Analista de Redes|Analista de Telecomunicações",
     "Network Analyst", "redes LAN/WAN, Cisco, firewall, VoIP, Zabbix"),
    ("network", .9, "TI - Segurança da Informação", .12, 1.15,
     "Analista de Segurança da Informação|Analista de Segurança", "Information Security Analyst",
     "SIEM, firewall, ISO 27001, pentest, gestão de identidades, LGPD"),
    ("support", 2.0, "TI - Suporte", .3, .5, "Analista de Service Desk|Técnico de Service Desk",
     "Service Desk Analyst",
     "service desk, ITIL, Office 365, Active Directory, ServiceNow, manutenção de hardware"),
    ("support", 1.4, "TI - Suporte", .3, .6, "Analista de Suporte|Técnico de Suporte", "Support Analyst",
     "suporte N2, Office 365, Active Directory, manutenção de hardware, Windows Server, ITIL"),
    ("quality", 2.5, "TI - Qualidade/Testes", .2, .8, "Analista de Testes|Analista de QA", "QA Analyst",
     "casos de teste, testes funcionais, Jira, Postman, HP ALM, Cucumber, consultas SQL"),
    ("quality", 1.4, "TI - Qualidade/Testes", .2, 1.0, "Analista de Automação|Engenheiro de Qualidade",
     "Test Automation Engineer",
     "automação de testes, Selenium, Cypress, Cucumber, Java, JMeter, Jenkins, Postman"),
    ("projects", 2.5, "TI - Projetos", .8, 1.3,
    "Gerente de Projetos|Coordenador de Projetos|Líder de Projetos",
     "Project Manager",
     "gestão de projetos, PMP, MS Project, Scrum, gestão de riscos, gestão de fornecedores, PMO"),
    ("projects", 1.2, "TI - Projetos", .8, 1.15, "Scrum Master|Agilista", "Agile Coach",
     "Scrum, Kanban, Jira, histórias de usuário, gestão de mudanças"),
    ("projects", .8, "TI - Governança", .12, .9, "Analista de Governança|Analista de Processos de TI",
     "Governance Analyst", "ITIL, COBIT, gestão de mudanças, gestão de riscos, ServiceNow"),
    ("business", 3.0, "TI - Processos e Negócios", .13, .95, "Analista de Negócios|Analista Funcional",
     "Business Analyst",
     "levantamento de requisitos, BPMN, especificação funcional, homologação com usuários, UML, "
     "mapeamento de processos"),
    ("business", 1.1, "TI - Processos e Negócios", .13, 1.1, "Product Owner|Analista de Produto",
     "Product Owner", "histórias de usuário, Scrum, Jira, levantamento de requisitos, prototipação"),
    ("business", .1, "Relacionamento Técnico", .7, 1.0, "Analista de Pré-Vendas|Engenheiro de Pré-Vendas",
     "Presales Engineer", "especificação funcional, vendas B2B, gestão de fornecedores"),
    ("design", .5, "TI - UX", .2, .9, "UX Designer|Analista de UX", "UX Designer",
     "Figma, prototipação, pesquisa com usuários, Adobe XD, design system"),
    ("design", .9, "TI - Desenvolvimento/Design", .55, .75, "UI Designer|Designer de Interfaces",
     "UI Designer",
     "Figma, Photoshop, Adobe XD, HTML5, CSS3, design system"),
    ("platforms", .8, "TI - Sistemas e Ferramentas", .5, 1.0, "Desenvolvedor RPA|Analista de RPA",
     "RPA Developer", "UiPath, Automation Anywhere, Power Automate, Python, mapeamento de processos"),
    ("platforms", 1.1, "TI - Sistemas e Ferramentas", .5, 1.1,
    "Desenvolvedor Salesforce|Consultor Salesforce",
     "Salesforce Developer", "Salesforce, Apex, APIs REST, JavaScript, Dynamics 365"),
    ("platforms", .9, "TI - Sistemas e Ferramentas", .5, .95, "Analista de Sistemas ERP|Consultor de ERP",
     "ERP Analyst", "Protheus, Oracle EBS, Navision, contabilidade, consultas SQL"),
    ("administration", 4.4, "Administrativa", .97, .35,
     "Assistente Administrativo|Auxiliar Administrativo|Analista Administrativo", "Administrative Assistant",
     "rotinas administrativas, pacote Office, Excel avançado, atendimento ao cliente, faturamento"),
    ("administration", 1.3, "Administrativa", .97, .45, "Analista de Compras|Comprador", "Buyer",
     "gestão de compras, Excel avançado, pacote Office, controle de estoque, Protheus"),
    ("finance", 1.0, "Financeira/Controladoria", .95, .6, "Analista Financeiro|Assistente Financeiro",
     "Financial Analyst",
     "contas a pagar, contas a receber, conciliação bancária, fluxo de caixa, Excel avançado, "
     "indicadores KPI"),
    ("finance", .7, "Financeira/Controladoria", .95, .65, "Analista Contábil|Contador", "Accountant",
     "contabilidade, apuração de impostos, conciliação bancária, controladoria, Protheus, Excel avançado"),
    ("corporate", .7, "Recursos Humanos", .95, .6, "Analista de RH|Analista de Recursos Humanos",
    "HR Analyst",
     "recrutamento e seleção, folha de pagamento, treinamento e desenvolvimento, pacote Office"),
    ("corporate", .45, "Comercial", .95, .7, "Executivo de Contas|Analista Comercial", "Account Executive",
     "vendas B2B, funil de vendas, prospecção de clientes, Salesforce, pacote Office"),
    ("corporate", .3, "Novos Negócios e Parcerias", .95, .9, "Executivo de Parcerias|Gerente Comercial",
     "Business Developer", "prospecção de clientes, vendas B2B, funil de vendas, gestão de fornecedores"),
    ("corporate", .15, "Marketing", .95, .6, "Analista de Marketing|Assistente de Marketing",
     "Marketing Analyst",
     "marketing digital, SEO, Photoshop, indicadores KPI, pacote Office"),
    ("corporate", .12, "Qualidade Corporativa", .95, .65, "Analista da Qualidade|Auditor da Qualidade",
     "Quality Auditor", "auditoria interna, mapeamento de processos, indicadores KPI, pacote Office"),
    ("corporate", .06, "Jurídica", .95, .9, "Advogado|Analista Jurídico", "Legal Analyst",
     "análise de contratos jurídicos, LGPD, pacote Office"),
)
# fmt: on


def _make(row: tuple[str, float, str, float, float, str, str, str]) -> Profession:
    family, weight, area, own_share, pay, titles, english_title, core = row
    numbers = tuple(SKILL_NUMBER[name] for name in core.split(", "))
    return Profession(family, weight, area, own_share, pay, tuple(titles.split("|")), english_title, numbers)


PROFESSIONS = tuple(_make(row) for row in _ROWS)
#: The position of each profession's family in FAMILIES, and of its area in AREAS.
FAMILY_OF = tuple(FAMILIES.index(profession.family) for profession in PROFESSIONS)
AREA_OF = tuple(AREA_NUMBER[profession.area] for profession in PROFESSIONS)
