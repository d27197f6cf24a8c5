"""Letters that look like other letters, after Unicode Technical Standard 39 (confusables.txt).

The table is limited to the letters that usernames may contain, and to pairs that differ little in common fonts.
"""

_SIMILAR = {
    # Cyrillic
    "АВЕЅІЈКМНОРСТУХҮҺԚԜӀЬЗ": "ABESlJKMHOPCTYXYhQWlb3",
    "аеіјкмоԁрсгтпухүһԛԝѕѵӏ": "aeijkmodpcrtnyxyhqwsvl",
    # Greek
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿ": "ABEZHlKMNOPTYXCJ",
    "αγηικνορτυχϲϳ": "aynikvoptuxcj",
    # Armenian
    "ՍՏՕԼոսօհցզքա": "USOLnuohgqpw",
    # Cherokee
    "ᎠᎡᎢᎥᎪᎫᎬᎳᎷᎻᎽᏃᏎᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏮ": "DRTiAJEWMHYZ4bRWSVSLCPK6",
    # Latin
    "ıɑɡɩʟʀᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜱǀƖ": "iagilracdejkmoptuvwzsll",
    # Capital I, one, small l and the bar; zero and o
    "I1|0": "lllo",
}
LOOKALIKES = {
    ord(letter): shown for letters, similar in _SIMILAR.items() for letter, shown in zip(letters, similar, strict=True)
}
