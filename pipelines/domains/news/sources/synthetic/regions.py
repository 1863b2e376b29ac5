"""Regions of the publisher and their cities, and names of people."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """A region of the publisher.

    Attributes:
        path: its path in URLs.
        name: its name in texts.
        weight: its relative number of readers and articles.
        cities: cities that its articles mention.
    """

    path: str
    name: str
    weight: float
    cities: tuple[str, ...]


# The largest regions come first: a small scale keeps only the first ones.
REGIONS = (
    Region("sp/sao-paulo", "São Paulo", 14, ("São Paulo", "Guarulhos", "Osasco", "Santo André")),
    Region("rj/rio-de-janeiro", "Rio de Janeiro", 11, ("Rio de Janeiro", "Niterói", "Duque de Caxias")),
    Region("mg/minas-gerais", "Minas Gerais", 8, ("Belo Horizonte", "Contagem", "Betim", "Nova Lima")),
    Region("rs/rio-grande-do-sul", "Rio Grande do Sul", 6, ("Porto Alegre", "Canoas", "Pelotas")),
    Region("pr/parana", "Paraná", 6, ("Curitiba", "Colombo", "Pinhais", "Paranaguá")),
    Region("ba/bahia", "Bahia", 6, ("Salvador", "Feira de Santana", "Ilhéus", "Porto Seguro")),
    Region("sp/campinas-regiao", "Campinas", 5, ("Campinas", "Hortolândia", "Valinhos", "Indaiatuba")),
    Region("pe/pernambuco", "Pernambuco", 5, ("Recife", "Olinda", "Jaboatão dos Guararapes")),
    Region("ce/ceara", "Ceará", 4, ("Fortaleza", "Sobral", "Juazeiro do Norte", "Caucaia")),
    Region("go/goias", "Goiás", 4, ("Goiânia", "Anápolis", "Rio Verde", "Jataí")),
    Region("sc/santa-catarina", "Santa Catarina", 4, ("Florianópolis", "Joinville", "Blumenau")),
    Region("df/distrito-federal", "Distrito Federal", 4, ("Brasília", "Taguatinga", "Ceilândia")),
    Region("sp/santos-regiao", "Santos", 3.5, ("Santos", "Guarujá", "Praia Grande", "Cubatão")),
    Region("sp/ribeirao-preto-franca", "Ribeirão Preto", 3, ("Ribeirão Preto", "Franca", "Sertãozinho")),
    Region("es/espirito-santo", "Espírito Santo", 3, ("Vitória", "Vila Velha", "Serra", "Linhares")),
    Region("pa/para", "Pará", 3, ("Belém", "Ananindeua", "Marabá", "Castanhal")),
    Region("am/amazonas", "Amazonas", 2.5, ("Manaus", "Parintins", "Itacoatiara", "Tefé")),
    Region("ms/mato-grosso-do-sul", "Mato Grosso do Sul", 2.5, ("Campo Grande", "Dourados", "Corumbá")),
    Region("mt/mato-grosso", "Mato Grosso", 2.5, ("Cuiabá", "Rondonópolis", "Sinop", "Sorriso")),
    Region("sp/vale-do-paraiba-regiao", "Vale do Paraíba", 2.5, ("São José dos Campos", "Taubaté")),
    Region("sp/sorocaba-jundiai", "Sorocaba e Jundiaí", 2.5, ("Sorocaba", "Jundiaí", "Itu", "Votorantim")),
    Region("rn/rio-grande-do-norte", "Rio Grande do Norte", 2, ("Natal", "Mossoró", "Parnamirim")),
    Region("pb/paraiba", "Paraíba", 2, ("João Pessoa", "Campina Grande", "Patos", "Sousa")),
    Region("ma/maranhao", "Maranhão", 2, ("São Luís", "Imperatriz", "Timon", "Caxias")),
    Region("al/alagoas", "Alagoas", 2, ("Maceió", "Arapiraca", "Penedo")),
    Region("se/sergipe", "Sergipe", 1.5, ("Aracaju", "Itabaiana", "Lagarto")),
    Region("pi/piaui", "Piauí", 1.5, ("Teresina", "Parnaíba", "Picos")),
    Region("sp/bauru-marilia", "Bauru e Marília", 1.5, ("Bauru", "Marília", "Jaú", "Botucatu")),
    Region("rj/regiao-dos-lagos", "Região dos Lagos", 1.5, ("Cabo Frio", "Búzios", "Araruama")),
    Region("mg/triangulo-mineiro", "Triângulo Mineiro", 1.5, ("Uberlândia", "Uberaba", "Araxá")),
    Region("pr/norte-noroeste", "Norte do Paraná", 1.5, ("Londrina", "Maringá", "Apucarana")),
    Region("mg/zona-da-mata", "Zona da Mata", 1.2, ("Juiz de Fora", "Viçosa", "Muriaé")),
    Region("to/tocantins", "Tocantins", 1.2, ("Palmas", "Araguaína", "Gurupi")),
    Region("ro/rondonia", "Rondônia", 1.2, ("Porto Velho", "Ji-Paraná", "Vilhena")),
    Region("pe/caruaru-regiao", "Caruaru", 1, ("Caruaru", "Garanhuns", "Gravatá")),
    Region("pa/santarem-regiao", "Santarém", 1, ("Santarém", "Itaituba", "Óbidos")),
    Region("pr/campos-gerais-sul", "Campos Gerais", 1, ("Ponta Grossa", "Guarapuava", "Castro")),
    Region("ac/acre", "Acre", 0.8, ("Rio Branco", "Cruzeiro do Sul", "Xapuri")),
    Region("ap/amapa", "Amapá", 0.8, ("Macapá", "Santana", "Oiapoque")),
    Region("rr/roraima", "Roraima", 0.8, ("Boa Vista", "Caracaraí", "Pacaraima")),
)
# Places of articles without a region.
NATIONAL = Region("", "Brasil", 0, ("Brasília", "São Paulo", "Rio de Janeiro", "Porto Alegre", "Recife"))

FIRST_NAMES = (
    "Ana", "Antônio", "Beatriz", "Bruno", "Camila", "Carlos", "Cecília", "Daniel", "Débora", "Diego",
    "Eduardo", "Elaine", "Fábio", "Fernanda", "Gabriel", "Heloísa", "Igor", "Isabela", "João", "Júlia",
    "Larissa", "Leandro", "Lívia", "Lucas", "Luiza", "Marcelo", "Mariana", "Mateus", "Natália", "Otávio",
    "Patrícia", "Paulo", "Rafael", "Renata", "Rodrigo", "Sandra", "Sérgio", "Tatiana", "Vinícius", "Yara",
)  # fmt: skip
LAST_NAMES = (
    "Almeida", "Alves", "Andrade", "Araújo", "Barbosa", "Barros", "Batista", "Borges", "Cardoso",
    "Carvalho", "Castro", "Correia", "Costa", "Cunha", "Dias", "Duarte", "Farias", "Fernandes", "Ferreira",
    "Freitas", "Gomes", "Lima", "Lopes", "Machado", "Martins", "Melo", "Mendes", "Monteiro", "Moraes",
    "Moreira", "Nascimento", "Nogueira", "Oliveira", "Pereira", "Pinto", "Ramos", "Ribeiro", "Rocha",
    "Santana", "Teixeira", "Vieira",
)  # fmt: skip
