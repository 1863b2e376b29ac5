"""Generated sentences of several languages, about work and news, from parts that fit each other."""

#: By language: openings, objects and endings, separated by semicolons.
_TEXTS = {
    "pt": [
        (
            "Buscamos uma pessoa; A equipe precisa de um analista; O governo anunciou; Trabalho há dez "
            "anos; Ela é responsável; Sou formado em engenharia; Os moradores da cidade pediram; "
            "Atuação"
        ),
        (
            "com experiência em sistemas; para o desenvolvimento de projetos; que conheça bancos de "
            "dados; na implantação do sistema; sobre a gestão das contas; pela manutenção dos "
            "servidores"
        ),
        (
            "em São Paulo.; com os clientes da empresa.; e também no atendimento ao usuário.; que será "
            "feito até o fim do ano.; mas não há vagas.; segundo a prefeitura."
        ),
    ],
    "en": [
        (
            "We are looking for a person; The team needs an analyst; The government announced; I have "
            "worked for ten years; She is responsible; He holds a degree in engineering; Residents of "
            "the city asked; Strong background"
        ),
        (
            "with experience in systems; for the development of projects; who knows databases; on the "
            "rollout of the platform; about the management of accounts; to maintain servers"
        ),
        (
            "in London.; together with our customers.; and also supports the users.; which will be done "
            "by the end of the year.; but there are no vacancies.; the mayor said."
        ),
    ],
    "es": [
        (
            "Buscamos a una persona; El equipo necesita un analista; El gobierno anunció; Trabajo desde "
            "hace diez años; Ella es responsable; Los vecinos de la ciudad pidieron"
        ),
        (
            "con experiencia en sistemas; para el desarrollo de los proyectos; que conozca las bases de "
            "datos; en la implantación del sistema; sobre la gestión de las cuentas"
        ),
        (
            "en Madrid.; con los clientes de la empresa.; y también en la atención al usuario.; que se "
            "hará hasta el fin del año.; pero no hay plazas."
        ),
    ],
    "fr": [
        (
            "Nous cherchons une personne; Notre équipe a besoin d'un analyste; Le gouvernement a "
            "annoncé; Je travaille depuis dix ans; Elle est responsable"
        ),
        (
            "avec une expérience des systèmes; pour le développement de projets; qui connaît les bases "
            "de données; dans la mise en place du système"
        ),
        (
            "à Paris.; avec les clients de la société.; et aussi pour les utilisateurs.; mais il y a "
            "peu de places."
        ),
    ],
    "de": [
        (
            "Wir suchen eine Person; Das Team braucht einen Analysten; Die Regierung hat angekündigt; "
            "Ich arbeite seit zehn Jahren; Sie ist verantwortlich"
        ),
        (
            "mit Erfahrung in Systemen; für die Entwicklung von Projekten; bei der Einführung des "
            "Systems; über die Verwaltung der Konten"
        ),
        "in Berlin.; mit den Kunden der Firma.; und auch für die Nutzer.; aber es gibt keine Stellen.",
    ],
    "it": [
        (
            "Cerchiamo una persona; La squadra ha bisogno di un analista; Il governo ha annunciato; "
            "Lavoro da dieci anni; Lei è responsabile"
        ),
        (
            "con esperienza nei sistemi; per lo sviluppo di progetti; che conosce le basi di dati; "
            "nella gestione dei conti"
        ),
        "a Roma.; con i clienti della società.; e anche per gli utenti.; ma non ci sono posti.",
    ],
}
#: By language: lists of openings, objects and endings of sentences.
PARTS = {language: [part.split("; ") for part in parts] for language, parts in _TEXTS.items()}


def draw_sentence(rng, language):
    """Return a sentence in a language of `PARTS`."""
    return " ".join(parts[rng.integers(len(parts))] for parts in PARTS[language])
