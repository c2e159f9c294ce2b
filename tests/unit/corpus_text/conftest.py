"""Made-up posts in 16 languages, three each."""

from __future__ import annotations

import pytest

POSTS: dict[str, list[str]] = {
    "en": [
        "We spent the spring rebuilding how our warehouse teams plan their shifts, and I am proud of what came of it.",
        "Looking for a junior accountant who enjoys talking to people as much as spreadsheets.",
        "Thank you to everyone who came to our workshop on safer bridges yesterday.",
    ],
    "de": [
        "Wir haben die Schichtplanung unserer Lagerteams neu aufgebaut, und ich bin stolz auf das Ergebnis.",
        "Gesucht wird eine Buchhalterin, die gern mit Menschen redet und Zahlen mag.",
        "Vielen Dank an alle, die gestern an unserem Workshop über sichere Brücken teilgenommen haben.",
    ],
    "fr": [
        "Nous avons passé le printemps à revoir l'organisation des équipes de l'entrepôt, et j'en suis fière.",
        "Nous cherchons un comptable débutant qui aime autant les gens que les chiffres.",
        "Merci à toutes celles et ceux qui sont venus hier à notre atelier sur la sécurité des ponts.",
    ],
    "es": [
        "Pasamos la primavera rehaciendo los turnos del almacén y estoy orgullosa de lo que hemos logrado.",
        "Buscamos una persona de contabilidad a quien le guste hablar con la gente.",
        "Gracias a todos los que vinieron ayer a nuestro taller sobre puentes más seguros.",
    ],
    "it": [
        "Abbiamo passato la primavera a rifare i turni del magazzino e sono orgogliosa del risultato.",
        "Cerchiamo una persona per la contabilità che ami parlare con la gente.",
        "Grazie a tutti quelli che sono venuti ieri al nostro laboratorio sulla sicurezza dei ponti.",
    ],
    "pt": [
        "Passámos a primavera a refazer os turnos do armazém e tenho muito orgulho no que conseguimos.",
        "Procuramos uma pessoa para a contabilidade que goste de conversar com os outros.",
        "Obrigado a todos os que vieram ontem à nossa oficina sobre pontes mais seguras.",
    ],
    "nl": [
        "We hebben in het voorjaar de roosters van het magazijn opnieuw opgezet en ik ben trots op het resultaat.",
        "Wij zoeken een boekhouder die net zo graag met mensen praat als met cijfers werkt.",
        "Dank aan iedereen die gisteren bij onze workshop over veilige bruggen was.",
    ],
    "pl": [
        "Przez całą wiosnę układaliśmy od nowa grafik pracy w magazynie i jestem dumna z tego, co powstało.",
        "Szukamy księgowej, która lubi rozmawiać z ludźmi tak samo jak pracować z liczbami.",
        "Dziękuję wszystkim, którzy przyszli wczoraj na nasze warsztaty o bezpiecznych mostach.",
    ],
    "sv": [
        "Vi ägnade våren åt att bygga om schemat för lagret och jag är stolt över resultatet.",
        "Vi söker en ekonomiassistent som tycker lika mycket om människor som om siffror.",
        "Tack till alla som kom till vår verkstad om säkrare broar i går.",
    ],
    "tr": [
        "Bahar boyunca depodaki vardiya düzenini yeniden kurduk ve ortaya çıkan sonuçla gurur duyuyorum.",
        "İnsanlarla konuşmayı sayılar kadar seven bir muhasebeci arıyoruz.",
        "Dün güvenli köprüler atölyemize gelen herkese çok teşekkür ederim.",
    ],
    "uk": [
        "Усю весну ми переробляли графік змін на складі, і я пишаюся тим, що в нас вийшло.",
        "Шукаємо бухгалтерку, яка любить розмовляти з людьми так само, як працювати з числами.",
        "Дякую всім, хто вчора прийшов на нашу майстерню про безпечні мости.",
    ],
    "ja": [
        "春の間ずっと倉庫の勤務表を作り直してきました。できあがったものを誇りに思います。",
        "人と話すことも数字も好きな経理担当者を募集しています。",
        "昨日、安全な橋についての勉強会に来てくださった皆さん、ありがとうございました。",
    ],
    "ar": [
        "قضينا فصل الربيع في إعادة تنظيم ورديات المستودع وأنا فخورة بما وصلنا إليه.",
        "نبحث عن محاسب مبتدئ يحب الحديث مع الناس كما يحب الأرقام.",
        "شكرا لكل من حضر ورشتنا أمس عن الجسور الآمنة.",
    ],
    "hi": [
        "हमने पूरे वसंत में गोदाम की पालियों की योजना फिर से बनाई और मुझे इस पर गर्व है।",
        "हम ऐसे लेखाकार की तलाश में हैं जिसे लोगों से बात करना भी पसंद हो।",
        "कल सुरक्षित पुलों की कार्यशाला में आए सभी लोगों का धन्यवाद।",
    ],
    "zh": [
        "整个春天我们都在重新安排仓库的班次，我为结果感到自豪。",
        "我们正在招聘一位喜欢与人交流的初级会计。",
        "感谢昨天参加我们安全桥梁研讨会的每一个人。",
    ],
    "fi": [
        "Rakensimme kevään aikana varaston työvuorot uudelleen, ja olen ylpeä lopputuloksesta.",
        "Etsimme kirjanpitäjää, joka pitää ihmisistä yhtä paljon kuin numeroista.",
        "Kiitos kaikille, jotka tulivat eilen turvallisten siltojen työpajaan.",
    ],
}


@pytest.fixture(scope="session")
def posts() -> dict[str, list[str]]:
    return POSTS
