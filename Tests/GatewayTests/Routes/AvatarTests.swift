import Core
import Foundation
import Testing
import Wire

@testable import Gateway

struct AvatarTests {
    private let workspace: TemporaryFolder
    private let outside: TemporaryFolder

    init() throws {
        workspace = try TemporaryFolder()
        outside = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: workspace.path + "/avatars", withIntermediateDirectories: true)
        try workspace.write("picture", to: "avatars/me.png")
        try workspace.write("<svg/>", to: "me.SVG")
        try workspace.write("notes", to: "MEMORY.md")
        try outside.write("secret", to: "secret.png")
        try link("secret.png", to: outside.path + "/secret.png")
        try link("away", to: outside.path)
        try link("inner.png", to: "avatars/me.png")
        try link("hidden.png", to: "MEMORY.md")
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: workspace.path + "/" + name, withDestinationPath: target)
    }

    private func get(
        _ path: String, avatar: String?, query: String? = nil, basePath: String = "", emoji: String? = nil,
        headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        var setup = GatewaySetup(access: AccessSettings(auth: SharedAuth(mode: .none)))
        setup.controlUI.basePath = basePath
        setup.agents = [AgentFacts(id: .main, workspace: workspace.path, emoji: emoji, avatar: avatar)]
        return ControlUIRoutes(settings: setup, version: "1").response(
            to: .sample(path, query: query, headers: headers))
    }

    private func json(_ response: HTTPResponse) throws -> JSON {
        guard case .bytes(let bytes) = response.body else { return .null }
        return try JSON.parse(bytes)
    }

    @Test(
        arguments: [
            ("avatars/me.png", "image/png", "picture"), ("me.SVG", "image/svg+xml", "<svg/>"),
            ("./avatars/../avatars/me.png", "image/png", "picture"), ("inner.png", "image/png", "picture"),
        ])
    func `a picture of the workspace is served`(avatar: String, type: String, text: String) throws {
        let response = get("/avatar/main", avatar: avatar)

        #expect(response.status == 200)
        #expect(response.headers["content-type"] == type)
        #expect(response.headers["x-content-type-options"] == "nosniff")
        #expect(response.headers["content-security-policy"]?.contains("sandbox") == true)
        guard case .bytes(let bytes) = response.body else { return #expect(Bool(false), "no bytes") }
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test
    func `an absolute path inside the workspace will do`() {
        #expect(get("/avatar/main", avatar: workspace.path + "/avatars/me.png").status == 200)
    }

    @Test
    func `a picture that the browser has is not sent again`() throws {
        let etag = try #require(get("/avatar/main", avatar: "avatars/me.png").headers["etag"])

        let again = get(
            "/avatar/main", avatar: "avatars/me.png", headers: [(name: "If-None-Match", value: etag)])

        #expect(again.status == 304)
    }

    @Test(
        arguments: [
            ("secret.png", "outside_workspace"), ("away/secret.png", "outside_workspace"),
            ("../../../etc/passwd", "outside_workspace"), ("/etc/passwd", "outside_workspace"),
            ("MEMORY.md/", "missing"), ("./MEMORY.md", "unsupported_extension"),
            ("hidden.png", "unsupported_extension"), ("nope.png", "missing"), ("a\u{0}b.png", "missing"),
        ])
    func `nothing else is served, and the reason is told`(avatar: String, reason: String) throws {
        let meta = try json(get("/avatar/main", avatar: avatar, query: "meta=1"))

        #expect(get("/avatar/main", avatar: avatar).status == 404)
        #expect(meta["avatarUrl"] == .null)
        #expect(meta["avatarStatus"] == "none")
        #expect(meta["avatarReason"] == .string(reason))
    }

    @Test
    func `a folder that looks like a picture is none, and one byte too much is too large`() throws {
        try FileManager.default.createDirectory(
            atPath: workspace.path + "/folder.png", withIntermediateDirectories: true)
        let limit = AvatarFile.mostBytes
        try workspace.write(String(repeating: "x", count: limit), to: "large.png")
        try workspace.write(String(repeating: "x", count: limit + 1), to: "larger.png")

        #expect(get("/avatar/main", avatar: "folder.png").status == 404)
        #expect(get("/avatar/main", avatar: "large.png").status == 200)
        #expect(get("/avatar/main", avatar: "larger.png").status == 404)
        let meta = try json(get("/avatar/main", avatar: "larger.png", query: "meta=1"))
        #expect(meta["avatarReason"] == "too_large")
    }

    @Test
    func `a folder swapped for a link after the look is not followed`() throws {
        let file = try AvatarFile("avatars/me.png", in: workspace.path)
        #expect(file.read() != nil)

        try FileManager.default.removeItem(atPath: workspace.path + "/avatars")
        try outside.write("picture", to: "me.png")
        try link("avatars", to: outside.path)

        #expect(file.read() == nil)
    }

    @Test(
        arguments: [
            ("avatars/me.png", "/claw/avatar/main", "local", "avatars/me.png"),
            ("https://x.example/a.png", "https://x.example/a.png", "remote", "remote URL"),
            ("data:image/png;base64,AAAA", "data:image/png;base64,AAAA", "data", "data:image/png;base64,..."),
        ])
    func `clients are told where the picture is`(avatar: String, url: String, status: String, source: String)
        throws
    {
        let meta = try json(
            get("/claw/avatar/main", avatar: avatar, query: "meta=1", basePath: "/claw"))

        #expect(
            meta == [
                "avatarUrl": .string(url), "avatarSource": .string(source), "avatarStatus": .string(status),
                "avatarReason": .null,
            ])
    }

    @Test(arguments: [nil, "🦞", "M"])
    func `an emoji or a letter is no picture`(avatar: String?) throws {
        let meta = try json(get("/avatar/main", avatar: avatar, query: "meta=1"))

        #expect(
            meta == [
                "avatarUrl": .null, "avatarSource": .null, "avatarStatus": .null, "avatarReason": .null,
            ])
        #expect(get("/avatar/main", avatar: avatar).status == 404)
    }

    @Test(arguments: ["/avatar/", "/avatar/a/b", "/avatar/..", "/avatar/-a", "/avatar/nobody"])
    func `a bad or unknown id is not found`(path: String) {
        #expect(get(path, avatar: "avatars/me.png").status == 404)
    }

    @Test(
        arguments: [
            ("avatars/me.png", "/avatar/main"), ("🦞", "🦞"), (nil, "🐙"), ("nope.png", "🐙"),
        ] as [(String?, String)])
    func `the page is given something it can show`(avatar: String?, shown: String) throws {
        let config = try json(get("/control-ui-config.json", avatar: avatar, emoji: "🐙"))

        #expect(config["assistantAvatar"] == .string(shown))
    }
}
