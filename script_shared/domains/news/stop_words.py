"""Portuguese stop words, without accents."""

_TEXT = """
a ao aos aquela aquelas aquele aqueles aquilo as ate com como da das de dela delas dele deles depois do
dos e ela elas ele eles em entre era eram eramos essa essas esse esses esta estao estas estava estavam
este esteve estes estive estou eu foi fomos for foram fosse fossem ha haja hao havia isso isto ja lhe lhes
mais mas me mesmo meu meus minha minhas muito na nao nas nem no nos nossa nossas nosso nossos num numa o
os ou para pela pelas pelo pelos por porque qual quando que quem sao se seja sejam sem ser sera serao
seria seriam seu seus so sobre sua suas tambem te tem temos tenha tenham tenho ter teu teus teve tinha
tinham tive tiver tua tuas tudo um uma umas uns vai vao voce voces vos onde ainda alem apos ate cada
contra desde disse diz dois duas durante fazer fez feita feito pode podem segundo sendo sido toda todas
todo todos tres g1 globo
"""

STOP_WORDS = tuple(_TEXT.split())
