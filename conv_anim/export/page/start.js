
unpacked().then((data) => new Player(data));
