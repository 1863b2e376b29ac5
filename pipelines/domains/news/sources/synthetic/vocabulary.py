"""The vocabulary of each category, so that content-based models can learn from generated texts."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    """A category of articles. Its subjects, verbs and objects can be combined freely.

    Attributes:
        path: its path in URLs of national articles.
        regional_path: its path in URLs of regional articles.
        weight: its relative number of articles.
        national_share: the share of its articles that are national.
        subjects: subjects of sentences.
        verbs: verbs of sentences.
        objects: objects of sentences.
        details: further sentences.
        quotes: quotations.
    """

    path: str
    regional_path: str
    weight: float
    national_share: float
    subjects: tuple[str, ...]
    verbs: tuple[str, ...]
    objects: tuple[str, ...]
    details: tuple[str, ...]
    quotes: tuple[str, ...]


CATEGORIES = (
    Category(
        "politica", "politica", 9, 0.7,
        ("O Senado", "A Câmara", "O prefeito", "A governadora", "O partido", "A bancada",
         "O tribunal eleitoral"),
        ("discute", "aprova", "adia", "rejeita", "defende"),
        ("a reforma tributária", "o orçamento do ano que vem", "a aliança para a eleição",
         "a troca no ministério",
         "o registro da candidatura", "a proposta de emenda", "o veto ao projeto", "a comissão de inquérito"),
        ("A votação em plenário terminou com placar apertado, e a oposição promete recorrer.",
         "O relator apresentou o parecer aos líderes, que pediram vista.",
         "A campanha eleitoral deve tratar do tema nos próximos debates.",
         "A sessão foi suspensa, retomada e, por fim, encerrada sem acordo entre os deputados.",
         "O texto segue agora para sanção, e o governo ainda não disse se vetará algum artigo."),
        ("Não há votos, há conversas", "O eleitor vai julgar essa aliança",
         "A base está unida, e vamos votar"),
    ),
    Category(
        "economia", "economia", 8, 0.8,
        ("O Banco Central", "O mercado", "A Receita Federal", "O comércio", "A indústria",
         "O ministério da Economia"),
        ("projeta", "revisa", "comenta", "calcula", "espera"),
        ("a alta dos juros", "a queda da inflação", "o preço da gasolina", "o reajuste do salário mínimo",
         "o saque do fundo de garantia", "a cotação do dólar", "o auxílio às famílias",
         "a dívida das empresas"),
        ("O índice de preços recuou no mês, puxado pelos combustíveis e pela energia.",
         "A bolsa fechou em alta, e o dólar caiu diante do real.",
         "Analistas veem o crédito mais caro, com juros altos por mais tempo.",
         "O pagamento das parcelas começa na próxima semana, conforme o mês de nascimento.",
         "A arrecadação cresceu, mas a despesa obrigatória também avançou."),
        ("O consumidor sente no bolso, todo mês", "A inflação cede, mas devagar",
         "Sem crédito, não há venda"),
    ),
    Category(
        "saude", "saude", 9, 0.4,
        ("A secretaria de Saúde", "O hospital universitário", "A vigilância sanitária", "O posto de saúde",
         "O laboratório", "A equipe médica"),
        ("acompanha", "confirma", "orienta sobre", "amplia o atendimento a", "alerta para"),
        ("casos de varíola dos macacos", "a vacinação infantil", "a dose de reforço", "surtos de dengue",
         "a fila de cirurgias", "a falta de remédios", "a campanha contra a gripe", "a doação de sangue"),
        ("Os sintomas incluem febre, dor no corpo e cansaço, e o paciente deve procurar um médico.",
         "A média móvel de mortes ficou estável, e a ocupação de leitos caiu.",
         "A vacina está disponível nos postos, sem agendamento, das oito às dezessete horas.",
         "Enfermeiros e médicos reforçam o plantão para atender à demanda de pacientes.",
         "O exame laboratorial fica pronto em três dias, e os contatos são monitorados."),
        ("Vacinar é proteger a família inteira", "O paciente passa bem, está em casa",
         "Faltam leitos, não equipe"),
    ),
    Category(
        "educacao", "educacao", 6, 0.3,
        ("A universidade federal", "A rede estadual", "A escola técnica", "O instituto federal",
         "O cursinho popular"),
        ("anuncia", "divulga", "prorroga", "organiza", "prepara"),
        ("as inscrições do vestibular", "vagas em cursos gratuitos", "a lista de aprovados",
         "a prova do Enem",
         "a feira de ciências", "a volta às aulas", "bolsas de estudo", "a matrícula de jovens e adultos"),
        ("O candidato precisa apresentar documento, histórico escolar e comprovante de residência.",
         "Professores e alunos participam das oficinas, abertas à comunidade.",
         "O gabarito sai na sexta-feira, e o resultado final, no fim do mês.",
         "As aulas são noturnas, com material didático incluído.",
         "A redação vale metade da nota, e a prova tem questões de português e matemática."),
        ("Estudar mudou a minha vida", "A turma estava ansiosa, agora comemora", "A escola é de todos"),
    ),
    Category(
        "pop-arte", "", 10, 0.95,
        ("A cantora", "O ator", "A banda", "O diretor", "A apresentadora", "O humorista", "A atriz"),
        ("estreia", "comenta", "celebra", "revela", "relembra"),
        ("um novo álbum", "o papel na novela das nove", "a turnê de despedida",
         "o filme premiado no festival",
         "a parceria com um DJ", "o show na praça", "a série de suspense", "o casamento com o músico"),
        ("O disco traz doze faixas, com produção própria e participações especiais.",
         "Os ingressos esgotaram em poucas horas, e uma sessão extra foi aberta.",
         "A novela entra na reta final, e o público tenta adivinhar o desfecho da vilã.",
         "O elenco gravou cenas no litoral, com figurino de época.",
         "Fãs acamparam na porta do teatro para ver o ídolo de perto."),
        ("Cantar é o que sei fazer", "Chorei quando li o roteiro", "O palco é a minha casa, sempre foi"),
    ),
    Category(
        "mundo", "", 6, 1.0,
        ("O governo americano", "A Ucrânia", "A China", "A União Europeia", "O parlamento britânico",
         "A ONU"),
        ("condena", "negocia", "debate", "anuncia", "teme"),
        ("novas sanções", "a guerra no leste europeu", "o acordo de grãos", "a crise dos refugiados",
         "exercícios militares", "o ataque a um escritor", "a sucessão do primeiro-ministro",
         "a seca histórica"),
        ("Diplomatas se reuniram por horas, sem chegar a um cessar-fogo.",
         "Tropas avançaram pela fronteira, segundo autoridades locais.",
         "O chanceler pediu moderação e convocou o embaixador.",
         "Observadores internacionais acompanham a retirada de civis.",
         "O presidente fez um discurso à nação, transmitido pela televisão."),
        ("A paz exige coragem", "Não recuaremos, nem negociaremos sob ameaça", "O mundo olha para nós"),
    ),
    Category(
        "tecnologia", "", 4, 1.0,
        ("A rede social", "A fabricante de celulares", "A startup", "O aplicativo de mensagens",
         "A agência reguladora"),
        ("lança", "testa", "suspende", "atualiza", "explica"),
        ("a internet 5G", "o recurso de privacidade", "o golpe do código falso", "o robô doméstico",
         "a inteligência artificial", "o pagamento por aproximação", "o sistema do celular",
         "o leilão de antenas"),
        ("Usuários relataram falhas no aplicativo, e a empresa pediu desculpas.",
         "A atualização corrige brechas e chega aos poucos aos aparelhos.",
         "Senhas devem ser trocadas, com verificação em duas etapas.",
         "A velocidade da rede pode ser dez vezes maior, dizem engenheiros.",
         "O algoritmo aprende com dados públicos, o que preocupa especialistas."),
        ("O dado é do usuário", "Testamos por meses, antes de lançar", "Ninguém lê os termos de uso"),
    ),
    Category(
        "meio-ambiente", "natureza", 5, 0.5,
        ("O Ibama", "A ONG ambiental", "A brigada", "O parque nacional", "A bióloga",
         "O instituto de pesquisas"),
        ("monitora", "combate", "registra", "estuda", "denuncia"),
        ("queimadas na mata", "o desmatamento ilegal", "a aparição de baleias", "peixes mortos no rio",
         "o resgate de uma onça", "a desova de tartarugas", "o garimpo em terra indígena",
         "a seca da represa"),
        ("A área devastada equivale a centenas de campos de futebol, mostram satélites.",
         "O animal recebeu cuidados de veterinários e voltou à natureza.",
         "A fumaça cobriu a floresta, e brigadistas abriram aceiros.",
         "Espécies ameaçadas dependem do corredor ecológico para sobreviver.",
         "O rio perdeu volume, e a pesca foi proibida no trecho."),
        ("A floresta em pé vale mais", "O bicho estava debilitado, mas reagiu", "O fogo não é natural"),
    ),
    Category(
        "economia/agronegocios", "agro", 4, 0.5,
        ("O produtor rural", "A cooperativa", "A associação de criadores", "O sindicato rural",
         "A feira do campo"),
        ("comemora", "antecipa", "avalia", "financia", "exporta e debate"),
        ("a safra de soja", "a colheita do café", "o preço do boi gordo", "a produção de leite",
         "o plantio do milho", "a florada dos ipês no pasto", "o crédito rural", "a irrigação do feijão"),
        ("A saca subiu no mês, e o frete pesou no custo do produtor.",
         "A geada queimou parte da lavoura, e o replantio já começou.",
         "Tratores e colheitadeiras trabalham dia e noite na fazenda.",
         "O rebanho foi vacinado contra a febre aftosa, diz a defesa agropecuária.",
         "A exportação de grãos bateu recorde no porto."),
        ("A chuva veio na hora certa", "O adubo dobrou de preço, e o leite não", "O campo não para"),
    ),
    Category(
        "policia", "", 14, 0.05,
        ("A Polícia Civil", "A Polícia Militar", "O Ministério Público", "A delegacia", "A Guarda Municipal"),
        ("investiga", "apura", "esclarece", "registra", "analisa"),
        ("um assalto a banco", "o furto de cabos", "o golpe contra idosos", "o tráfico de drogas",
         "um homicídio", "o desaparecimento de uma jovem", "o roubo de carga", "um tiroteio"),
        ("O suspeito foi preso em flagrante e levado à delegacia, onde ficou em silêncio.",
         "Câmeras de segurança gravaram a fuga, e a perícia recolheu cápsulas.",
         "A vítima prestou queixa, e testemunhas foram ouvidas pelo delegado.",
         "Armas, drogas e celulares foram apreendidos na operação.",
         "A Justiça decretou a prisão preventiva dos investigados."),
        ("Foi tudo muito rápido", "O inquérito está aberto, e há suspeitos", "Só queremos justiça"),
    ),
    Category(
        "transito", "transito", 9, 0.02,
        ("O Corpo de Bombeiros", "A Polícia Rodoviária", "A concessionária", "O Samu",
         "A companhia de tráfego"),
        ("atende", "registra", "controla", "lamenta", "relata"),
        ("uma batida entre carro e moto", "o capotamento de um caminhão", "uma colisão frontal",
         "o atropelamento de um ciclista", "um engavetamento na rodovia", "a queda de uma moto no viaduto"),
        ("O motorista fez o teste do bafômetro, e a pista ficou interditada por horas.",
         "Os feridos foram levados de ambulância ao pronto-socorro.",
         "O congestionamento chegou a oito quilômetros no sentido capital.",
         "O motociclista usava capacete, mas não resistiu aos ferimentos.",
         "A rodovia tem curva perigosa e pouca sinalização, reclamam moradores."),
        ("O caminhão perdeu o freio na descida", "Aqui tem acidente toda semana", "A pista estava molhada"),
    ),
    Category(
        "previsao-do-tempo", "previsao-do-tempo", 6, 0.15,
        ("A Defesa Civil", "O instituto de meteorologia", "A marinha", "O centro de alertas", "A prefeitura"),
        ("prevê", "alerta para", "monitora", "confirma", "mede"),
        ("uma frente fria", "temporais e granizo", "a ressaca no litoral", "o recorde de calor",
         "rajadas de vento", "alagamentos no centro", "a neve na serra", "a baixa umidade do ar"),
        ("A temperatura mínima deve cair a cinco graus, com geada ao amanhecer.",
         "Ruas ficaram alagadas, árvores caíram, e bairros ficaram sem luz.",
         "O ciclone se afasta do continente, mas o mar segue agitado.",
         "A umidade fica abaixo de vinte por cento, e é preciso beber água.",
         "Famílias desabrigadas foram levadas a um ginásio."),
        ("Nunca vi chover tanto", "A água subiu depressa, perdemos os móveis", "Fez frio de doer"),
    ),
    Category(
        "trabalho-e-carreira", "concursos-e-emprego", 5, 0.15,
        ("O Sine", "A agência do trabalhador", "A prefeitura", "O centro de emprego", "A rede de mercados"),
        ("oferece", "abre", "seleciona para", "divulga", "anuncia"),
        ("vagas de emprego", "um concurso público", "um mutirão de contratações", "vagas de estágio",
         "cursos de qualificação", "um processo seletivo temporário", "vagas para jovem aprendiz"),
        ("Há oportunidades para auxiliar de limpeza, vendedor, pedreiro e cozinheiro.",
         "O salário passa de dois mil reais, mais vale-refeição e plano odontológico.",
         "O currículo deve ser entregue no balcão ou enviado pela internet.",
         "É preciso ter ensino médio completo e carteira de trabalho.",
         "A jornada é de quarenta horas, e parte das vagas é para pessoas com deficiência."),
        ("Estou há meses procurando", "Saí da fila já empregada", "Levei o currículo, e me chamaram"),
    ),
    Category(
        "turismo-e-viagem", "o-que-fazer", 5, 0.1,
        ("O festival de inverno", "A secretaria de Turismo", "O museu", "A feira gastronômica",
         "O mercado municipal"),
        ("recebe", "apresenta", "celebra", "promove", "abre"),
        ("a festa junina fora de época", "um roteiro de trilhas", "a exposição de quadros",
         "o circuito de queijos",
         "um passeio de trem", "a noite de forró", "a corrida na praia", "o encontro de carros antigos"),
        ("A entrada é gratuita, e a programação vai de sexta a domingo.",
         "Barracas de comida típica, música ao vivo e brincadeiras ocupam a praça.",
         "Turistas lotam as pousadas, e a ocupação passa de noventa por cento.",
         "A receita leva queijo, goiabada e um segredo de família.",
         "O passeio tem guia, dura três horas e termina na cachoeira."),
        ("Volto todo ano com as crianças", "A comida é boa, e a vista também", "É a alma da cidade"),
    ),
)  # fmt: skip

# Parts of titles and texts that differ between the articles of a story.
# fmt: off
TITLE_PREFIXES = ("", "", "", "", "Vídeo: ", "Entenda: ", "Urgente: ", "Ao vivo: ", "Balanço: ")
TITLE_SUFFIXES = ("veja fotos", "saiba mais", "veja o que se sabe", "entenda", "veja lista", "assista",
                  "confira")
TIME_PHRASES = ("nesta segunda-feira", "nesta terça-feira", "na manhã desta quarta-feira",
                "na noite de quinta-feira",
                "nesta sexta-feira", "na tarde de sábado", "neste domingo", "durante a madrugada")
ROLES = ("morador", "especialista", "porta-voz", "testemunha", "representante do grupo",
         "responsável pelo caso")
TRANSITIONS = ("Segundo a apuração,", "De acordo com a nota oficial,", "Ainda conforme o relato,",
               "Por outro lado,",
               "Na avaliação de quem acompanha o assunto,",
               "Até a última atualização desta reportagem,")
# fmt: on
