import Core
import Gateway
import Testing

@testable import App

struct SharedSecretTests {
    @Test func `environment beats file`() throws {
        let secret = try SharedSecret(
            .init(fileToken: Secret("from-the-file")),
            environment: Environment(["OPENCLAW_GATEWAY_TOKEN": "from-the-environment"]), isLoopback: false)

        #expect(secret.token?.reveal() == "from-the-environment")
    }

    @Test func `a blank secret is none, and white space around one does not count`() throws {
        let blank = try SharedSecret(
            .init(flagToken: " ", fileToken: Secret("\n")),
            environment: Environment(["OPENCLAW_GATEWAY_TOKEN": "  "]), isLoopback: true)
        let padded = try SharedSecret(
            .init(fileToken: Secret(" from-the-file\n")), environment: Environment([:]), isLoopback: false)

        #expect(blank.token == nil)
        #expect(padded.token?.reveal() == "from-the-file")
    }

    @Test func `beyond this machine a secret is needed, and three ways to set it are named`() {
        let error = #expect(throws: CommandError.self) {
            try SharedSecret(.init(), environment: Environment([:]), isLoopback: false)
        }

        for way in ["OPENCLAW_GATEWAY_TOKEN", "gateway.auth.token", "--token"] {
            #expect(error?.message.contains(way) == true)
        }
    }

    @Test func `this machine may go without`() throws {
        #expect(try SharedSecret(.init(), environment: Environment([:]), isLoopback: true).mode == .none)
    }

    @Test(arguments: [("token", true), ("password", true), ("password", false), ("sesame", true)])
    func `a mode without its secret is refused`(mode: String, isLoopback: Bool) {
        #expect(throws: CommandError.self) {
            try SharedSecret(.init(fileMode: mode), environment: Environment([:]), isLoopback: isLoopback)
        }
    }

    @Test func `no mode beyond this machine can be none`() {
        #expect(throws: CommandError.self) {
            try SharedSecret(
                .init(flagMode: "none", flagToken: "x"), environment: Environment([:]), isLoopback: false)
        }
    }
}
