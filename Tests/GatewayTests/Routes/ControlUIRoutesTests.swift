import Core
import Foundation
import Testing
import Wire

@testable import Gateway

struct ControlUIRoutesTests {
    @Test(arguments: [
        ("/", "index.html", "no-cache"), ("/index.html", "index.html", "no-cache"),
        ("/chat/main", "index.html", "no-cache"), ("/settings", "index.html", "no-cache"),
        ("/favicon.svg", "favicon.svg", "no-cache"),
        ("/assets/app-1a2b.js", "assets/app-1a2b.js", "public, max-age=31536000, immutable"),
        ("/chat/assets/app-1a2b.js", "assets/app-1a2b.js", "public, max-age=31536000, immutable"),
    ])
    func `a path is a file, or a page of the app`(path: String, file: String, cache: String) throws {
        try Page.with { page in
            let response = page.get(path)

            #expect(response.status == 200)
            #expect(page.file(response) == file)
            #expect(response.headers["cache-control"] == cache)
            #expect(
                response.headers["content-security-policy"]
                    == ControlUIFiles.policy(at: HostAndPort("localhost")))
            #expect(response.headers["x-content-type-options"] == "nosniff")
        }
    }

    @Test(arguments: [
        "/nope.txt", "/assets/nope.js", "/api/nope", "/v1/models", "/ui", "/ui/", "/../secret.txt",
        "/a/../../secret.txt",
        "/assets/../../secret.txt", "/x\0y",
    ])
    func `what is not there is not found, and nothing outside the folder is served`(path: String) throws {
        try Page.with { page in #expect(page.get(path).status == 404) }
    }

    @Test(arguments: ["POST", "PUT", "OPTIONS", "DELETE"])
    func `the page is only read`(method: String) throws {
        try Page.with { page in #expect(page.get("/", method: method).status == 404) }
    }

    @Test(
        arguments: [
            ("br, gzip", "br", "index.html.br"), ("gzip;q=0.8", "gzip", "index.html.gz"),
            ("br;q=0, gzip", "gzip", "index.html.gz"), ("identity", nil, "index.html"),
            (nil, nil, "index.html"),
        ] as [(String?, String?, String)])
    func `a packed file is sent to those who can read it`(accepts: String?, encoding: String?, file: String)
        throws
    {
        try Page.with { page in
            let response = page.get("/", accepts: accepts)

            #expect(response.headers["content-encoding"] == encoding)
            #expect(page.file(response) == file)
            #expect(response.headers["content-type"] == "text/html; charset=utf-8")
            #expect(response.headers["vary"] == "Accept-Encoding")
        }
    }

    @Test
    func `under a base path only that is the page, and the bare path leads to it`() throws {
        try Page.with(basePath: "/claw") { page in
            #expect(page.get("/claw/chat").status == 200)
            #expect(page.get("/chat").status == 404)
            #expect(page.get("/clawed").status == 404)
            let redirect = page.get("/claw", query: "session=main")
            #expect(redirect.status == 302)
            #expect(redirect.headers["location"] == "/claw/?session=main")
        }
    }

    @Test(arguments: ["/control-ui-config.json", "/__openclaw/control-ui-config.json"])
    func `the page learns the assistant's name before it logs in`(path: String) throws {
        try Page.with { page in
            guard case .bytes(let bytes) = page.get(path).body else {
                Issue.record("no bytes")
                return
            }
            let json = try JSON.parse(bytes)
            #expect(json["assistantName"] == "Assistant")
            #expect(json["assistantAgentId"] == "main")
        }
    }

    @Test
    func `without the page's files people are told what to do`() {
        var setup = GatewaySetup(access: AccessSettings(auth: SharedAuth(mode: .none)))
        setup.controlUI.folder = nil

        let response = ControlUIRoutes(settings: setup, version: "1").response(to: .sample("/"))

        #expect(response.status == 503)
    }

    @Test(arguments: [("", ""), ("/", ""), ("claw", "/claw"), ("/claw/", "/claw"), ("/a/b/", "/a/b")])
    func `a base path is written one way`(text: String, normalized: String) {
        #expect(ControlUISettings.normalizedBasePath(text) == normalized)
    }
}

/// A folder with a page in it.
private struct Page {
    let folder: String
    var setup = GatewaySetup(access: AccessSettings(auth: SharedAuth(mode: .none)))

    static func with(basePath: String = "", _ body: (Page) throws -> Void) throws {
        let outside = NSTemporaryDirectory() + "gateway-page-" + UUID().uuidString
        let folder = outside + "/ui"
        try FileManager.default.createDirectory(atPath: folder + "/assets", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: outside) }
        for name in ["index.html", "index.html.br", "index.html.gz", "favicon.svg", "assets/app-1a2b.js"] {
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        try Data("secret".utf8).write(to: URL(fileURLWithPath: outside + "/secret.txt"))
        var page = Page(folder: folder)
        page.setup.controlUI.folder = folder
        page.setup.controlUI.basePath = basePath
        try body(page)
    }

    func get(
        _ path: String, method: String = "GET", query: String? = nil, accepts: String? = nil
    ) -> HTTPResponse {
        ControlUIRoutes(settings: setup, version: "1").response(
            to: .sample(path, method: method, query: query, accepts: accepts))
    }

    /// The file that was served, seen from the folder.
    func file(_ response: HTTPResponse) -> String? {
        guard case .file(let file) = response.body else { return nil }
        return String(file.path.dropFirst(folder.count + 1))
    }
}
