import Testing

/// A request that breaks the rules, with a second request hidden where a lenient parser would find it.
struct HostileRequest: Sendable, CustomTestStringConvertible {
    let name: String
    let status: Int
    let bytes: [UInt8]

    var testDescription: String { "\(status): \(name)" }

    static let hidden = "GET /hidden HTTP/1.1\r\nHost: hidden\r\n\r\n"

    init(_ name: String, _ status: Int = 400, _ text: String) {
        self.init(name, status, Array(text.utf8))
    }

    init(_ name: String, _ status: Int, _ bytes: [UInt8]) {
        self.name = name.unicodeScalars.map {
            $0.value < 32 || $0.value == 127 ? "\\u{\($0.value)}" : String($0)
        }
        .joined()
        self.status = status
        self.bytes = bytes
    }

    /// Any bytes, in front of the hidden request.
    static func raw(_ name: String, _ text: String, _ status: Int = 400) -> HostileRequest {
        HostileRequest(name, status, text + hidden)
    }

    /// A request line, in front of an otherwise good request.
    static func line(_ line: String, _ status: Int = 400) -> HostileRequest {
        HostileRequest("line \(line)", status, line + "\r\nHost: a\r\n\r\n" + hidden)
    }

    static func target(_ target: String) -> HostileRequest { line("GET \(target) HTTP/1.1") }

    static func version(_ version: String, _ status: Int = 400) -> HostileRequest {
        line("GET / \(version)", status)
    }

    static func host(_ value: String) -> HostileRequest {
        HostileRequest.raw("Host: \(value)", "GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n")
    }

    /// A header line, or several, of a POST whose body is the hidden request.
    static func header(_ lines: String, _ status: Int = 400) -> HostileRequest {
        HostileRequest(
            lines, status,
            "POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\nX-After: \(hidden.utf8.count)\r\n\r\n" + hidden)
    }

    static func length(_ value: String, _ status: Int = 400) -> HostileRequest {
        header("Content-Length: \(value)", status)
    }

    static func coding(_ value: String, _ status: Int = 501) -> HostileRequest {
        header("Transfer-Encoding: \(value)", status)
    }

    /// The bytes of a chunked body.
    static func chunks(_ body: String, _ status: Int = 400) -> HostileRequest {
        HostileRequest(
            "chunks \(body.prefix(60))", status,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\(body)\r\n0\r\n\r\n" + hidden)
    }
}

private func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

extension HostileRequest {
    private static let lineTexts: [String] = [
        "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1", "GET /\tHTTP/1.1", " GET / HTTP/1.1",
        "\tGET / HTTP/1.1", "GET / HTTP/1.1 ", "GET / HTTP/1.1\t", "GET /", "GET", "GET / ", "/ HTTP/1.1",
        "HTTP/1.1", "GET HTTP/1.1", "GET / x HTTP/1.1", "GET / HTTP/1.1 HTTP/1.1", "GET\u{b}/ HTTP/1.1",
        "GET\u{a0}/ HTTP/1.1", "\rGET / HTTP/1.1", "GET / HTTP/1.1\r", "GET /\r HTTP/1.1",
        "\u{feff}GET / HTTP/1.1", "GET / HTTP/1.1, GET / HTTP/1.1", "G(T / HTTP/1.1", "GE@T / HTTP/1.1",
        "G\0T / HTTP/1.1", "G\u{7f}T / HTTP/1.1", "G,T / HTTP/1.1", "{GET} / HTTP/1.1", "\"GET\" / HTTP/1.1",
        "GÉT / HTTP/1.1", "G/T / HTTP/1.1", "GET: / HTTP/1.1", "[GET] / HTTP/1.1", "GET; / HTTP/1.1",
    ]

    private static let unknownMethods: [String] = [
        "get / HTTP/1.1", "Get / HTTP/1.1", "FOO / HTTP/1.1", "CONNECT a:80 HTTP/1.1", "TRACE / HTTP/1.1",
        "PROPFIND / HTTP/1.1", "GETX / HTTP/1.1", "G / HTTP/1.1",
    ]

    static let lines: [HostileRequest] = {
        var all: [HostileRequest] = lineTexts.map { HostileRequest.line($0) }
        all += unknownMethods.map { HostileRequest.line($0, 501) }
        all.append(HostileRequest.line("PRI * HTTP/2.0", 505))
        all.append(HostileRequest.line(many("A", 300) + " / HTTP/1.1", 501))
        return all
    }()

    private static let badVersions: [String] = [
        "HTTP/1.10", "HTTP/+1.1", "HTTP/1.+1", "HTTP/01.1", "HTTP/1.01", "HTTP/1", "HTTP/1.", "HTTP/.1",
        "HTTP/", "http/1.1", "Http/1.1", "HTTP /1.1", "HTTP/ 1.1", "HTTP/1 .1", "HTTPS/1.1", "HTTP/a.1",
        "HTTP/1.x", "HTTP\\1.1", "HTTP/1,1", "HTTP/-1.1", "HTTP/1.1x", "HTTP/1.1\0", "HTTP/１.1", "XTTP/1.1",
        "HTTP/11", "1.1", "HTTP/1.1.1", "HTTP//1.1",
    ]

    private static let otherVersions: [String] = [
        "HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0", "HTTP/9.9", "HTTP/0.0",
    ]

    static let versions: [HostileRequest] =
        badVersions.map { HostileRequest.version($0) } + otherVersions.map { HostileRequest.version($0, 505) }

    private static let targetValues: [String] = [
        "", "foo", "?a", "*", "*x", "a:80", "/\0", "/\u{1f}", "/\u{7f}", "/<", "/>", "/\"", "/{", "/}", "/|",
        "/\\",
        "/^", "/`", "/[", "/]", "/#a", "/a#", "/%", "/%1", "/%zz", "/%0g", "/%+1", "/%00", "/%0d%0aX:y",
        "/%7f",
        "/%ff", "/%c0%af", "/%ed%a0%80", "/é", "/..", "/../x", "/a/../../b", "/%2e%2e/x", "/%2e./", "/.%2E",
        "/%2f..%2f..", "/a?b#c", "/a?%", "/a?%zz", "/a?é", "/a?\"", "/a?\u{1}", "http:///x", "http://",
        "http:/a",
        "ftp://a/", "://a/", "HTTP://other/", "http://user@a/", "http://a:99999/", "http://a:x/",
        "http://[::1/",
        "http://a b/", "http://a,b/", "httpx://a/", "javascript:alert(1)", "\\", "a/b", "http//a/",
    ]

    static let targets: [HostileRequest] = targetValues.map { HostileRequest.target($0) }

    private static let hostValues: [String] = [
        "", "a b", "a/b", "a:b", "a:99999", "a:-1", "a:+1", "a: 80", "a@b", "[::1", "::1", "[::1]]", "a,b",
        "a\tb", "é", "a;b", "http://a", "a%20b", "a:80:80", "[gg::1]", "[127.0.0.1]", "[]", "a\0b", "a?b",
        "a#b",
        "*", "(a)", "a\\b", "\"a\"", "a=b", "[::1]x", "[fe80::1%25eth0]", ":80", "a:000080", "<a>", "a\u{b}",
    ]

    private static let hostLines: [HostileRequest] = [
        HostileRequest.raw("no Host", "GET / HTTP/1.1\r\n\r\n"),
        HostileRequest.raw("Host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        HostileRequest.raw("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n"),
        HostileRequest.raw("two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        HostileRequest.raw("target and Host differ", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        HostileRequest.raw("target's port differs", "GET http://a:1/ HTTP/1.1\r\nHost: a:2\r\n\r\n"),
        .host(many("a", 300)),
    ]

    static let hosts: [HostileRequest] = hostValues.map { HostileRequest.host($0) } + hostLines

    private static let lengthValues: [String] = [
        "+0", "+5", "-1", "-0", "0x5", "5 5", "5,5", "5, 5", "5;5", "5.0", "5e1", "", "\"5\"", "５", "5\t5",
        "5_",
        "_5", "0b1", "5L", "five", "5\0", "\0005", "'5'", "5\u{b}", "\u{c}5", "5=", "(5)", "5 bytes", "NaN",
        "∞", "1_0",
    ]

    private static let lengthLines: [HostileRequest] = [
        .length("99999999999999999999999", 413), .length("18446744073709551616", 413),
        .length("9223372036854775808", 413), .length("1048577", 413),
        .length(many("0", 500) + "1048577", 413),
        .length(many("9", 3000), 413),
        .header("Content-Length: 5\r\nContent-Length: 5"), .header("Content-Length: 0\r\nContent-Length: 38"),
        .header("Content-Length: 38\r\ncontent-length: 0"),
        .header("CONTENT-LENGTH: 1\r\nX: y\r\nContent-Length: 1"),
        .header("Content-Length: 0\r\nContent-Length: +0"), .header("Content-Length:\r\nContent-Length: 0"),
    ]

    static let lengths: [HostileRequest] = lengthValues.map { HostileRequest.length($0) } + lengthLines

    private static let codingValues: [String] = [
        "identity", "gzip", "deflate", "compress", "br", "chunked, identity", "identity, chunked",
        "gzip, chunked",
        "chunked,chunked", "chunked, chunked", "chunked;q=1", "\"chunked\"", "'chunked'", "", "xchunked",
        "chunkedx",
        "x-chunked", "chunke d", "chunk", "ch unked", "chunked,", ",chunked", "chunked ;", "chunked, gzip",
        "trailers",
        "chunked\u{a0}", "ｃhunked", "chunkеd", "chunked,, chunked", "chunked\t, identity", "c", "*", "none",
        "0",
    ]

    private static let codingLines: [HostileRequest] = [
        .coding("\u{b}chunked", 400), .coding("chunked\u{c}", 400), .coding("chunked\0", 400),
        .coding("chunked\r", 400),
        .header("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 501),
        .header("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked", 501),
        .header("Transfer-Encoding: chunked\r\nContent-Length: 5"),
        .header("Content-Length: 5\r\nTransfer-Encoding: chunked"),
        .header("Content-Length: 38\r\nTransfer-Encoding: identity"),
        .header("Content-Length: 0\r\nTransfer-Encoding: xchunked"),
        .header("Transfer-Encoding: chunked\r\nContent-Length: "),
        .header("Transfer-Encoding : chunked"), .header("Transfer-Encoding\t: chunked"),
        .header("Transfer-Encoding:\r\n chunked"), .header("X: y\r\n Transfer-Encoding: chunked"),
        .header("Transfer\u{0}-Encoding: chunked"), .header("Transfer-Encoding\u{b}: chunked"),
        HostileRequest.raw(
            "HTTP/1.0 with chunks",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ]

    static let codings: [HostileRequest] = codingValues.map { HostileRequest.coding($0) } + codingLines

    private static let fieldLines: [String] = [
        "Content-Length : 5", "Content-Length\t: 5", " Content-Length: 5", "\tX: y", "Content Length: 5",
        ": x", ":",
        "X", "X y", "(X): y", "X@: y", "X/: y", "X\0: y", "X\u{7f}: y", "Xé: y", "X[: y", "X]: y", "X\": y",
        "X;: y",
        "X=: y", "X,: y", "X<: y", "X>: y", "X?: y", "X{: y", "X}: y", "X\\: y", "\u{b}X: y", "X: a\0b",
        "X: a\rb",
        "X: \u{1}", "X: \u{8}", "X: \u{b}", "X: \u{c}", "X: \u{1b}", "X: \u{1f}", "X: \u{7f}", "X: a\r\n b",
        "X: a\r\n\tb", "X: a\r\n \r\nContent-Length: 5", "X: a\nY: b", "X: a\r\r\nY: b", "X: a\n\rY: b",
        "X: a\n",
        "\u{feff}X: y", "\r: y", "X: a\n\nGET /hidden HTTP/1.1\nHost: a", "X : y", "=X: y",
    ]

    static let fields: [HostileRequest] = fieldLines.map { HostileRequest.header($0) }

    private static let chunkTexts: [String] = [
        "+5\r\nhello", "0x5\r\nhello", "0X5\r\nhello", " 5\r\nhello", "5 \r\nhello", "\t5\r\nhello",
        "-5\r\nhello",
        "g\r\nhello", "\r\nhello", "5;\r\nhello", "5; =a\r\nhello", "5;a=\r\nhello", "5;a=\"\r\nhello",
        "5;a=\"\u{1}\"\r\nhello", "5;a=\"b\"c\r\nhello", "5;a=b c\r\nhello", "5;;a\r\nhello", "5;a;\r\nhello",
        "5 a\r\nhello", "5\0\r\nhello", "5;\0\r\nhello", "5;a=\"\\\u{7f}\"\r\nhello",
        "00000000000000005\r\nhello",
        many("0", 2000) + "\r\nhello", "5\nhello", "5\r\rhello", ";a\r\nhello", "5,\r\nhello",
        "5.0\r\nhello", "5\u{b}\r\nhello", "5h\r\nhello", "５\r\nhello", "5_0\r\nhello", "'5'\r\nhello",
        "5\r\nhelloo", "5\r\nhell", "5\r\nhello\n", "5\r\nhello\r0\r\n", "5\r\nhello0\r\n",
        "5\r\nhello\r\n\r\n",
        "0\r\nX : y\r\n", "0\r\nX\r\n", "0\r\n: y\r\n", "0\r\nX: \0\r\n", "0\r\n X: y\r\n", "0\n\n",
        "0\r\nX: y\n",
        "0\r\nContent-Length: 5\r\n", "0\r\ntransfer-encoding: chunked\r\n", "0\r\nHost: b\r\n",
        "0;\(many("a", 2000))\r\n", "5;a=\(many("b", 1200))\r\nhello",
    ]

    private static let chunkLines: [HostileRequest] = [
        .chunks("ffffffffffffffff\r\nhello", 413), .chunks("7fffffffffffffff\r\nhello", 413),
        .chunks("8000000000000000\r\nhello", 413), .chunks("100001\r\nhello", 413),
        .chunks("5\r\nhello\r\nfffff\r\nhello", 413), .chunks("FFFFFFFF\r\nhello", 413),
        .chunks("0\r\n" + many("X: y\r\n", 101), 431),
        .chunks("0\r\nX: " + many("y", 33000), 431),
        .chunks(many("1;\(many("e", 1000))\r\na\r\n", 17)),
    ]

    static let chunkBodies: [HostileRequest] = chunkTexts.map { HostileRequest.chunks($0) } + chunkLines

    private static let firstBytes: [HostileRequest] = [
        HostileRequest.header("Expect: 200-ok", 417),
        HostileRequest.header("Expect: 100-continue, x", 417),
        HostileRequest.header("Expect: ", 417),
        HostileRequest.raw("0.9", "GET /\r\n"),
        HostileRequest.raw("a TLS hello", "\u{16}\u{3}\u{1}\0\u{a5}\u{1}"),
        HostileRequest.raw("SOCKS", "\u{5}\u{1}\0"),
        HostileRequest.raw("NUL", "\0"),
        HostileRequest.raw("a line feed first", "\n"),
        HostileRequest.raw("two empty lines first", "\r\n\r\n"),
        HostileRequest.raw("a blank first", " "),
        HostileRequest.raw("only line feeds", "GET / HTTP/1.1\nHost: a\n\n"),
        HostileRequest.raw("the last line end bare", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        HostileRequest.raw("the first line end bare", "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        HostileRequest.raw("carriage returns alone", "GET / HTTP/1.1\rHost: a\r\r\n\r\n"),
    ]

    private static let oversized: [HostileRequest] = {
        var all: [HostileRequest] = []
        all.append(
            HostileRequest(
                "long target", 414, "GET /\(many("a", 9000)) HTTP/1.1\r\nHost: a\r\n\r\n" + hidden))
        all.append(HostileRequest("long method", 414, many("G", 9000) + " / HTTP/1.1\r\nHost: a\r\n\r\n"))
        all.append(HostileRequest("a line without end", 414, many("G", 70000)))
        all.append(HostileRequest.header("X: " + many("y", 33000), 431))
        all.append(HostileRequest.header(many("y", 33000) + ": x", 431))
        all.append(
            HostileRequest.header(many("X: \(many("y", 990))\r\n", 34) + "Z: y", 431))
        all.append(HostileRequest.header(many("y", 33000), 431))
        let manyFields: [String] = (1...101).map { "X\($0): y" }
        all.append(HostileRequest.header(manyFields.joined(separator: "\r\n"), 431))
        return all
    }()

    static let others: [HostileRequest] = firstBytes + oversized

    static let all: [HostileRequest] = [
        lines, versions, targets, hosts, lengths, codings, fields, chunkBodies, others,
    ].flatMap { $0 }
}
