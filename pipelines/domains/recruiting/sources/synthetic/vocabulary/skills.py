"""The skills of the generated world by family, with their spellings in Portuguese and English texts.

No spelling of a skill occurs as words in a spelling of another skill, so that a text mentions exactly the
skills that it is generated from.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Spellings of each skill, the usual one first; after a semicolon those of English texts, where they differ.
# fmt: off
_FAMILIES: dict[str, tuple[str, ...]] = {
    "sap": (
        "SAP MM|SAP módulo MM|SAP-MM", "SAP SD|SAP módulo SD|SAP-SD", "SAP FI|SAP módulo FI|SAP-FI",
        "SAP CO|SAP módulo CO|SAP-CO", "SAP PP|SAP módulo PP|SAP-PP", "SAP PM|SAP módulo PM|SAP-PM",
        "SAP QM|SAP módulo QM|SAP-QM", "SAP WM|SAP EWM|SAP módulo WM", "SAP HCM|SAP módulo HCM|SAP-HCM",
        "SAP TM|SAP módulo TM|SAP-TM", "SAP GRC|SAP-GRC|SAP Access Control",
        "SAP Ariba|Ariba Network|Ariba Sourcing", "SuccessFactors|SAP SuccessFactors|Employee Central",
        "SAP BW|SAP BW/4HANA|SAP Business Warehouse", "SAP Basis|SAP-Basis|SAP NetWeaver",
        "SAP PI|SAP PO|SAP PI/PO", "SAP CPI|SAP Integration Suite|SAP-CPI",
        "SAP HANA|HANA Studio|SAP HANA SQLScript", "S/4HANA|SAP S/4HANA|S/4 HANA",
        "SAP Fiori|SAPUI5|SAP UI5", "ABAP|ABAP OO|ABAP 4",
        "CDS Views|Core Data Services|views CDS;CDS Views|Core Data Services",
        "Smartforms|SmartForms|Adobe Forms", "IDoc|IDocs|ALE",
        "OData|SAP Gateway|serviços OData;OData|SAP Gateway", "BAPI|BADI|user exits",
        "Solution Manager|SolMan|Solution Manager 7.2",
    ),
    "java": (
        "Java|Java 8|Java 11", "Spring Boot|SpringBoot|Spring MVC", "Hibernate|JPA|JPA/Hibernate",
        "JSF|PrimeFaces|JSF 2",
        "microsserviços|micro serviços|micro-serviços;microservices|micro-services",
        "Kafka|Apache Kafka", "JUnit|Mockito|JUnit 5", "Maven|Gradle|Apache Maven",
        "RabbitMQ|ActiveMQ|Rabbit MQ", "Camunda|Camunda BPM",
        "APIs REST|API REST|RESTful;REST APIs|RESTful",
    ),
    "dotnet": (
        "C#|C Sharp|CSharp", ".NET Core|.NET 6|DotNet Core", "ASP.NET|ASP.NET MVC|ASP NET",
        "Entity Framework|EF Core", "VB.NET|Visual Basic .NET", "LINQ|Dapper",
    ),
    "web": (
        "JavaScript|ECMAScript", "TypeScript|Type Script", "React|ReactJS|React.js",
        "Angular|AngularJS|Angular 12", "Vue.js|VueJS|Vue 3", "HTML5|HTML", "CSS3|CSS|Sass",
        "Node.js|NodeJS|Node JS", "jQuery|Bootstrap", "PHP|PHP 7|PHP 8", "Laravel|Symfony",
    ),
    "mobile": (
        "Android|Android SDK", "Kotlin|Kotlin Coroutines", "iOS|UIKit|desenvolvimento iOS;iOS|UIKit",
        "Swift|SwiftUI|Objective-C", "Flutter|Dart", "Xamarin|.NET MAUI",
    ),
    "mainframe": (
        "COBOL|Cobol Batch|Cobol Online", "JCL|JCL z/OS", "CICS|CICS TS", "DB2|IBM DB2|DB2 z/OS",
        "Natural Adabas|Adabas|Natural/Adabas", "Control-M|ControlM|CTM", "Delphi|Object Pascal",
        "AS/400|AS400|IBM i",
    ),
    "data": (
        "Python|Python 3|Pandas", "consultas SQL|queries SQL|linguagem SQL;SQL queries|SQL language",
        "ETL|ELT|processos de ETL;ETL|ELT", "Power BI|PowerBI|DAX", "Tableau|Tableau Desktop",
        "Qlik Sense|QlikView|Qlik", "PowerCenter|Informatica PowerCenter",
        "SSIS|Integration Services", "Spark|PySpark|Apache Spark", "Databricks|Delta Lake",
        "Airflow|Apache Airflow",
        "data warehouse|modelagem dimensional|DW;data warehouse|dimensional modeling",
        "machine learning|aprendizado de máquina|scikit-learn;machine learning|scikit-learn",
        "Snowflake|BigQuery|Redshift",
    ),
    "database": (
        "banco Oracle|Oracle 19c|Oracle RAC;Oracle Database|Oracle 19c|Oracle RAC",
        "SQL Server|MS SQL Server|MSSQL", "PostgreSQL|Postgres", "MySQL|MariaDB",
        "MongoDB|Mongo|banco Mongo;MongoDB|Mongo", "PL/SQL|PLSQL|PL SQL",
        "tuning de banco de dados|otimização de consultas;database tuning|query optimization",
    ),
    "infrastructure": (
        "AWS|Amazon Web Services|Amazon EC2", "Azure|Microsoft Azure", "Google Cloud|GCP",
        "Linux|Red Hat|CentOS", "Windows Server|Windows Server 2019", "VMware|vSphere",
        "Docker|docker compose", "Kubernetes|K8s|OpenShift", "Terraform|Terraform Cloud", "Ansible|Puppet",
        "Jenkins|GitLab CI|pipelines de CI/CD;Jenkins|GitLab CI|CI/CD pipelines", "Active Directory|AD DS",
        "Zabbix|Nagios", "Git|GitHub|Bitbucket",
    ),
    "network": (
        "Cisco|CCNA|roteadores Cisco;Cisco|CCNA",
        "redes LAN/WAN|redes de computadores|TCP/IP;LAN/WAN networks|TCP/IP",
        "firewall|firewalls|FortiGate", "VoIP|telefonia IP;VoIP|IP telephony", "SIEM|Splunk|QRadar",
        "pentest|teste de intrusão;pentest|penetration testing", "ISO 27001|ISO/IEC 27001",
        "gestão de identidades|IAM;identity management|IAM",
    ),
    "support": (
        "service desk|help desk|central de serviços;service desk|help desk", "ITIL|ITIL V3|ITIL Foundation",
        "suporte N2|suporte nível 2;level 2 support|L2 support", "Office 365|Microsoft 365|O365",
        "ServiceNow|Service Now", "manutenção de hardware|montagem de computadores;hardware maintenance",
    ),
    "quality": (
        "testes funcionais|teste funcional;functional testing|functional tests",
        "Selenium|Selenium WebDriver", "Cypress|Cypress.io",
        "automação de testes|testes automatizados;test automation|automated tests",
        "JMeter|testes de carga|testes de performance;JMeter|load testing",
        "casos de teste|cenários de teste;test cases|test scenarios", "Cucumber|BDD|Gherkin",
        "Postman|SoapUI|Insomnia", "HP ALM|TestLink|Zephyr",
    ),
    "projects": (
        "gestão de projetos|gerenciamento de projetos;project management", "Scrum|metodologia Scrum;Scrum",
        "Kanban|quadro Kanban;Kanban", "PMO|escritório de projetos;PMO|project office",
        "MS Project|Microsoft Project", "Jira|Confluence", "PMP|PMBOK|certificação PMP;PMP|PMBOK",
        "gestão de mudanças|GMUD;change management", "gestão de riscos|análise de riscos;risk management",
        "gestão de fornecedores|gestão de terceiros;vendor management",
    ),
    "business": (
        "levantamento de requisitos|análise de requisitos;requirements gathering|requirements analysis",
        "BPMN|Bizagi|modelagem de processos;BPMN|Bizagi|process modeling",
        "UML|diagramas UML;UML|UML diagrams",
        "especificação funcional|documentação funcional;functional specification",
        "homologação com usuários|UAT;user acceptance testing|UAT",
        "mapeamento de processos|AS-IS e TO-BE;process mapping",
        "histórias de usuário|user stories|gestão de backlog;user stories|backlog management",
        "COBIT|governança de TI;COBIT|IT governance",
    ),
    "design": (
        "Figma|FigJam", "Adobe XD|Sketch", "prototipação|protótipos navegáveis;prototyping|prototypes",
        "pesquisa com usuários|testes de usabilidade;user research|usability testing",
        "design system|biblioteca de componentes;design system", "Photoshop|Illustrator",
    ),
    "platforms": (
        "UiPath|UI Path", "Automation Anywhere|Blue Prism", "Salesforce|Sales Cloud",
        "Apex|Lightning Web Components", "Dynamics 365|MS Dynamics CRM", "Oracle EBS|E-Business Suite",
        "Protheus|TOTVS Protheus|AdvPL", "Navision|Business Central",
        "Power Automate|Power Apps|Power Platform",
    ),
    "administration": (
        "pacote Office|Word e PowerPoint|MS Office;Office package|MS Office",
        "Excel avançado|Excel nível avançado|tabelas dinâmicas;advanced Excel|pivot tables",
        "rotinas administrativas|apoio administrativo;administrative routines|administrative support",
        "atendimento ao cliente|atendimento a clientes;customer service",
        "faturamento|emissão de notas fiscais;invoicing|billing",
        "gestão de compras|cotação de preços;purchasing|procurement",
        "gestão de contratos administrativos|controle de contratos;contract administration",
        "controle de estoque|inventário físico;stock control|inventory control",
    ),
    "finance": (
        "contabilidade|rotinas contábeis|lançamentos contábeis;accounting|accounting entries",
        "controladoria|controller;controllership",
        "contas a pagar|pagamento a fornecedores;accounts payable",
        "contas a receber|cobrança;accounts receivable",
        "conciliação bancária|conciliações bancárias;bank reconciliation",
        "apuração de impostos|SPED|área fiscal;tax calculation|SPED",
        "fluxo de caixa|tesouraria;cash flow|treasury operations", "indicadores KPI|KPI|KPIs",
        "orçamento empresarial|budget e forecast;budgeting|budget and forecast",
        "análise financeira|planejamento financeiro;financial analysis|financial planning",
    ),
    "corporate": (
        "recrutamento e seleção|entrevistas por competência;recruitment and selection",
        "folha de pagamento|departamento pessoal;payroll",
        "treinamento e desenvolvimento|T&D;training and development",
        "vendas B2B|vendas consultivas;B2B sales|consultative sales",
        "prospecção de clientes|novos negócios;client prospecting|new business",
        "funil de vendas|pipeline comercial;sales funnel",
        "marketing digital|mídias sociais;digital marketing|social media", "SEO|Google Analytics",
        "análise de contratos jurídicos|direito contratual;legal contract review|contract law",
        "LGPD|proteção de dados;LGPD|data protection", "auditoria interna|ISO 9001;internal audit|ISO 9001",
    ),
    "reserved": (
        "IA generativa|LLM|GenAI;generative AI|LLM|GenAI",  # only the drift new_technology uses it
    ),
}
# fmt: on


@dataclass(frozen=True)
class Skill:
    """A skill.

    Attributes:
        name: the usual spelling.
        family: the branch of the tree of skills; skills of a family occur together.
        portuguese: spellings in Portuguese texts.
        english: spellings in English texts.
    """

    name: str
    family: str
    portuguese: tuple[str, ...]
    english: tuple[str, ...]


def _parse(family: str, text: str) -> Skill:
    portuguese, _, english = text.partition(";")
    names = tuple(portuguese.split("|"))
    return Skill(names[0], family, names, tuple(english.split("|")) if english else names)


SKILLS = tuple(_parse(family, text) for family, texts in _FAMILIES.items() for text in texts)
SKILL_NUMBER = {skill.name: number for number, skill in enumerate(SKILLS)}
FAMILIES = tuple(family for family in _FAMILIES if family != "reserved")
NEW_TECHNOLOGY = SKILL_NUMBER["IA generativa"]
MASK_WORDS = -(-len(SKILLS) // 64)
NO_SKILL = -1

Masks = NDArray[np.uint64]


def make_masks(skills: NDArray[np.int16]) -> Masks:
    """Return bit sets of rows of skill numbers, [rows, MASK_WORDS]; NO_SKILL is ignored."""
    masks = np.zeros((skills.shape[0], MASK_WORDS), np.uint64)
    for column in skills.T:
        is_set = column >= 0
        number = np.where(is_set, column, 0).astype(np.uint64)
        bit = np.where(is_set, np.uint64(1) << (number & np.uint64(63)), np.uint64(0))
        masks[np.arange(len(masks)), number >> np.uint64(6)] |= bit
    return masks
