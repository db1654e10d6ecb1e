import Core
import TestSupport
import Testing

@testable import App

struct TOMLReaderTests {
    @Test func `tables, lists of tables, dotted keys and every kind of value are read`() throws {
        let json = try TOMLReader.read(
            """
            app = "my-app"  # a comment
            a.b = 1_000
            'odd key' = 'C:\\raw'
            [env]
            PORT = 3000
            "X-Y" = "tab\\tquote\\" \\u00e5"
            [[vm]]
            memory = "256mb"
            cpus = 1
            [[vm]]
            size = "shared-cpu-1x"
            [[services]]
            [[services.ports]]
            port = 443
            handlers = ["tls",
              "http", # both
            ]
            [services.concurrency]
            soft = 2.5
            [mounts]
            inline = { a = true, b.c = [1, 2] }
            when = 1979-05-27T07:32:00Z
            long = \"\"\"
            one
            two\"\"\"
            """)
        #expect(json["app"] == "my-app")
        #expect(json["a"]?["b"] == 1000)
        #expect(json["odd key"] == "C:\\raw")
        #expect(json["env"] == ["PORT": 3000, "X-Y": "tab\tquote\" å"])
        #expect(json["vm"] == [["memory": "256mb", "cpus": 1], ["size": "shared-cpu-1x"]])
        #expect(
            json["services"] == [
                ["ports": [["port": 443, "handlers": ["tls", "http"]]], "concurrency": ["soft": 2.5]]
            ])
        #expect(json["mounts"]?["inline"] == ["a": true, "b": ["c": [1, 2]]])
        #expect(json["mounts"]?["when"] == "1979-05-27T07:32:00Z")
        #expect(json["mounts"]?["long"] == "one\ntwo")
    }

    @Test(arguments: [
        ("app = my-app", 1), ("\n\na = 1\na = 2", 4), ("[a\nb = 1", 1), ("a = \"open", 1), ("a = [1, 2", 1),
        ("= 1", 1), ("a 1", 1), ("a = 1 b = 2", 1), ("a = 1\n[[a]]", 2), ("a = \"\\q\"", 1),
        ("a = {b = 1", 1),
    ])
    func `a mistake is named with its line`(text: String, line: Int) {
        #expect { try TOMLReader.read(text) } throws: { error in
            (error as? TOMLReader.Failure)?.line == line
        }
    }

    @Test func `lists nested without end are refused`() {
        #expect(throws: TOMLReader.Failure.self) {
            try TOMLReader.read("a = " + String(repeating: "[", count: 100_000))
        }
    }

    @Test
    func `no text traps the reader`() {
        for seed in fuzzSeeds() {
            var random = SeededGenerator(seed: seed)
            let pieces = [
                "a", ".", "=", " ", "\n", "[", "]", "[[", "]]", "\"", "'", "\"\"\"", "\\", "\\u00e", "{", "}",
                ",", "#", "1",
                "-", "true", "é", "\r",
            ]
            let count = Int.random(in: 0..<40, using: &random)
            let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            _ = try? TOMLReader.read(text)
        }
    }

    @Test func `a table is there once, and a byte order mark is no key`() throws {
        #expect(throws: TOMLReader.Failure(line: 3, message: "`[a]` is there twice")) {
            try TOMLReader.read("[a]\nb = 1\n[a]\n")
        }
        #expect(try TOMLReader.read("\u{FEFF}[a]\nb = 1\n[a.c]\n[[d]]\n[[d]]\n")["a"]?["b"] == 1)
    }
}
