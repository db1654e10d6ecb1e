import Core
import Testing

@testable import App

@MainActor
struct CommandParserTests {
    let parser = CommandParser(commands: CommandCatalog.all)

    private func parse(_ line: String) throws -> (Command, Invocation) {
        let words = line.split(separator: " ").map(String.init)
        guard
            case .command(let command, let invocation) = try parser.parse(
                words, environment: Environment([:]))
        else {
            throw CommandError("not a command")
        }
        return (command, invocation)
    }

    private func message(_ line: String) -> String {
        do {
            _ = try parse(line)
            return ""
        } catch {
            return (error as? CommandError)?.message ?? "\(error)"
        }
    }

    @Test(arguments: [
        ("gateway --allow-unconfigured --port 3000 --bind lan", "gateway"),
        ("gateway run --port=3000", "gateway run"),
        ("gateway call health --json", "gateway call"),
        ("--dev gateway status", "gateway status"),
        ("--profile work status", "status"),
        ("system heartbeat last", "system heartbeat last"),
    ])
    func `the longest run of words names the command`(line: String, name: String) throws {
        #expect(try parse(line).0.name == name)
    }

    @Test(arguments: [
        ("--help", ""), ("help channels", "channels"), ("channels --help", "channels"), ("nope --help", ""),
        ("--no-color message --help", "message"), ("models status --help", "models status"),
    ])
    func `help is that of the words before it, where they begin a command`(line: String, prefix: String)
        throws
    {
        let words = line.split(separator: " ").map(String.init)
        guard case .help(let found) = try parser.parse(words, environment: Environment([:])) else {
            return #expect(Bool(false), "it is no help")
        }
        #expect(found.joined(separator: " ") == prefix)
    }

    @Test(arguments: ["--version", "-v", "--no-color --version", "--profile work -V"])
    func `the version may stand behind other options`(line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        guard case .version = try parser.parse(words, environment: Environment([:])) else {
            return #expect(Bool(false), "it is no version")
        }
    }

    @Test func `options give their values, with a space or an equals sign`() throws {
        let (_, invocation) = try parse("gateway --port 3000 --bind=lan --allow-unconfigured")

        #expect(invocation["--port"] == "3000")
        #expect(invocation["--bind"] == "lan")
        #expect(invocation.has("--allow-unconfigured"))
    }

    @Test(arguments: [
        ("gatway", "Did you mean `openclaw gateway`?"),
        ("gateway --prot 1", "Did you mean `--port`?"),
        ("gateway --port", "needs a value"),
        ("gateway --auth nope", "Use one of: none, token, password"),
        ("gateway --tailscale nope", "Use one of: off, serve, funnel"),
        ("gateway call", "needs <method>"),
        ("status extra", "does not take `extra`"),
        ("configure", "`openclaw onboard`"), ("update", "install the new version"),
        ("--profile work update status", "install the new version"),
        ("gateway install --force", "no service is installed"), ("gateway nope", "does not take `nope`"),
        ("daemon restart", "`openclaw gateway restart`"), ("models auth add", "`openclaw onboard`"),
        ("agents add x", "`openclaw config set agents.list"), ("models nope", "Did you mean"),
        ("sessions cleanup", "sessions.delete"), ("doctor --repair --nope", "Unknown option `--nope`"),
    ])
    func `a slip is named, with the way out`(line: String, part: String) {
        #expect(message(line).contains(part))
    }

    @Test func `every command has a summary, and no two share their words`() {
        let names = CommandCatalog.all.map(\.name)

        #expect(Set(names).count == names.count)
        #expect(CommandCatalog.all.allSatisfy { !$0.summary.isEmpty && !$0.summary.hasSuffix(".") })
    }
}

struct LauncherTests {
    @Test(arguments: [
        ["/usr/local/bin/node", "dist/index.js", "gateway", "--port", "3000"],
        ["node", "--max-old-space-size=1536", "/app/dist/index.js", "gateway", "--port", "3000"],
        ["node", "--enable-source-maps", "openclaw.mjs", "gateway", "--port", "3000"],
        ["/usr/local/bin/openclaw", "gateway", "--port", "3000"],
    ])
    func `the original's way of starting is understood`(arguments: [String]) throws {
        #expect(try Launcher.words(arguments).get() == ["gateway", "--port", "3000"])
    }

    @Test(arguments: ["-e", "--eval"])
    func `the original's health check is understood`(option: String) throws {
        let script =
            "fetch('http://127.0.0.1:18789/healthz').then((r)=>process.exit(r.ok?0:1)).catch(()=>process.exit(1))"
        #expect(
            try Launcher.words(["node", option, script]).get() == [
                "health", "--live", "http://127.0.0.1:18789/healthz",
            ])
    }

    @Test(arguments: [
        ["server.js"], ["-e", "process.exit(0)"], ["-e", "fetch('http://example.com/healthz')"], [],
    ])
    func `another script is refused`(words: [String]) {
        #expect(throws: CommandError.self) { try Launcher.words(["node"] + words).get() }
    }
}
