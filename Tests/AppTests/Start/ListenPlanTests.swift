import Core
import Testing

@testable import App

struct ListenPlanTests {
    private func plan(_ wish: ListenPlan.Wish, _ variables: [String: String] = [:], tailnet: String? = nil)
        throws
        -> ListenPlan
    {
        try ListenPlan(
            wish, platform: Platform(Environment(variables), hasDockerFile: false), tailnetAddress: tailnet)
    }

    @Test(
        arguments: [
            ("3000", "4000", 5000, 3000), (nil, "4000", 5000, 4000), (nil, nil, 5000, 5000),
            (nil, nil, nil, 18789),
            (nil, "seven", 5000, 5000), (nil, "0", nil, 18789),
        ] as [(String?, String?, Int?, Int)])
    func `flag beats variable beats file`(flag: String?, variable: String?, file: Int?, port: Int) throws {
        let plan = try plan(.init(flagPort: flag, environmentPort: variable, configPort: file))

        #expect(plan.port == port)
    }

    @Test(
        arguments: [
            ("127.0.0.2", "127.0.0.2", "127.0.0.2"), ("192.0.2.2", "192.0.2.2", "192.0.2.2"),
            ("::1", "::1", "[::1]"), ("[fd00::2]", "fd00::2", "[fd00::2]"),
            ("0.0.0.0", "127.0.0.1", "0.0.0.0"),
            ("::", "127.0.0.1", "[::]"),
        ] as [(String, String, String)])
    func `an address of one's own is where this machine's clients look, too`(
        host: String, own: String, shown: String
    ) throws {
        let plan = try plan(.init(configBind: "custom", customHost: host))
        #expect(plan.ownHost == own)
        #expect(plan.displayHost == shown)
    }

    @Test(arguments: ["0", "65536", "-1", "x", ""])
    func `a bad flag is fatal`(port: String) {
        #expect(throws: CommandError.self) { try plan(.init(flagPort: port)) }
    }

    @Test func `lan takes both families and keeps the familiar line`() throws {
        let plan = try plan(.init(flagBind: "lan", configBind: "loopback"))

        #expect(plan.hosts == ["::"])
        #expect(plan.displayHost == "0.0.0.0")
        #expect(!plan.isLoopback)
    }

    @Test(arguments: [
        "FLY_APP_NAME", "FLY_MACHINE_ID", "RAILWAY_PROJECT_ID", "RENDER", "K_SERVICE",
        "KUBERNETES_SERVICE_HOST",
    ])
    func `auto means lan in a container, and says why`(variable: String) throws {
        let plan = try plan(.init(configBind: "auto"), [variable: "x"])

        #expect(!plan.isLoopback)
        #expect(plan.reason.contains(variable))
    }

    @Test func `auto means loopback elsewhere`() throws {
        #expect(try plan(.init(configBind: "auto")).isLoopback)
    }

    @Test func `a host in place of a mode is understood`() throws {
        #expect(try plan(.init(flagBind: "0.0.0.0")).hosts == ["::"])
        #expect(throws: CommandError.self) { try plan(.init(flagBind: "everywhere")) }
    }
}
