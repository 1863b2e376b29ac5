"""Invented names: people are composed of a first name and two last names, firms of two parts."""

# fmt: off
FEMALE_NAMES = (
    "Ana", "Beatriz", "Bianca", "Camila", "Carolina", "Cecília", "Clara", "Daniela", "Débora", "Eduarda",
    "Elaine",
    "Fernanda", "Gabriela", "Helena", "Heloísa", "Isabela", "Joana", "Júlia", "Larissa", "Letícia", "Lívia",
    "Luiza", "Mariana", "Melissa", "Natália", "Patrícia", "Rafaela", "Renata", "Sandra", "Sofia", "Tatiana",
    "Yara",
)
MALE_NAMES = (
    "André", "Antônio", "Bruno", "Caio", "Carlos", "Daniel", "Diego", "Eduardo", "Enzo", "Fábio", "Felipe",
    "Gabriel", "Gustavo", "Henrique", "Igor", "João", "Leandro", "Lucas", "Marcelo", "Mateus", "Murilo",
    "Nicolas",
    "Otávio", "Paulo", "Pedro", "Rafael", "Renan", "Rodrigo", "Samuel", "Sérgio", "Thiago", "Vinícius",
)
LAST_NAMES = (
    "Almeida", "Alves", "Andrade", "Araújo", "Barbosa", "Barros", "Batista", "Borges", "Cardoso", "Carvalho",
    "Castro", "Correia", "Costa", "Cunha", "Dias", "Duarte", "Farias", "Fernandes", "Ferreira", "Freitas",
    "Gomes",
    "Lima", "Lopes", "Machado", "Martins", "Melo", "Mendes", "Monteiro", "Moraes", "Moreira", "Nascimento",
    "Nogueira", "Oliveira", "Pereira", "Pinto", "Ramos", "Ribeiro", "Rocha", "Santana", "Teixeira", "Vieira",
)
FIRM_STEMS = (
    "Aurora", "Bandeirante", "Cerrado", "Diamante", "Estrela", "Farol", "Girassol", "Horizonte", "Ipê",
    "Jacarandá",
    "Litoral", "Mantiqueira", "Nascente", "Orion", "Paineira", "Quartzo", "Regente", "Serra Azul", "Tucano",
    "Umbu", "Vale Verde", "Xingu", "Araucária", "Bromélia", "Caravela", "Delta Sul", "Embaúba", "Fortuna",
)
FIRM_KINDS = ("Seguros", "Varejo", "Alimentos", "Logística", "Energia", "Bebidas", "Papel", "Saúde")
EMPLOYER_KINDS = (
    "Consultoria", "Tecnologia", "Sistemas", "Serviços", "Indústria", "Participações", "Soluções",
    "Distribuidora",
)
SCHOOLS = (
    "Universidade do Planalto", "Faculdade Vale do Rio", "Universidade Metropolitana do Leste",
    "Centro Universitário das Palmeiras", "Faculdade de Tecnologia do Interior", "Universidade da Serra",
    "Instituto Superior Litorâneo", "Faculdade Nova Alvorada",
)
DEGREES = (
    "Sistemas de Informação", "Ciência da Computação", "Análise e Desenvolvimento de Sistemas",
    "Engenharia da Computação", "Administração", "Ciências Econômicas", "Engenharia de Produção",
    "Tecnologia em Informação Gerencial", "Matemática Aplicada", "Processos Gerenciais",
)
STREETS = (
    "Rua das Acácias", "Avenida dos Ipês", "Rua do Mercado Velho", "Rua das Hortênsias", "Avenida Central",
    "Rua dos Pinheirais", "Alameda das Magnólias", "Rua da Estação", "Travessa do Sol", "Rua Quinze",
)
FREE_EMAIL_DOMAINS = ("gmail.com", "hotmail.com", "yahoo.com.br", "outlook.com", "uol.com.br", "live.com")
# fmt: on


def list_firms(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return every combination of a stem and a kind, stems first."""
    return tuple(f"{stem} {kind}" for kind in kinds for stem in FIRM_STEMS)


CLIENT_NAMES = list_firms(FIRM_KINDS)
EMPLOYER_NAMES = list_firms(EMPLOYER_KINDS)
