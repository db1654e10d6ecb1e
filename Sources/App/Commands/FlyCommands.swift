import Core
import Gateway

/// `fly doctor`: what is wrong with a deployment on Fly.io, and the command that mends it.
@MainActor
enum FlyCommands {
    static var all: [Command] {
        [
            Command(
                path: ["fly", "doctor"],
                summary: "Check fly.toml here, or the machine this runs on, and print what mends it",
                options: [
                    .value("--config", "file", "Which fly.toml (default: the one in this folder)").or("-c"),
                    .flag("--json", "Print JSON"),
                ], run: doctor)
        ]
    }

    private static func doctor(_ invocation: Invocation) throws -> ExitCode {
        let setup = LocalSetup(invocation)
        let path = invocation["--config"] ?? "fly.toml"
        let text = try read(path, isNamed: invocation["--config"] != nil)
        guard text != nil || setup.platform.flyApp != nil else {
            throw CommandError(
                "There is no fly.toml in this folder, and this is no machine of Fly's. Name the file with `--config`, or run "
                    + "`fly ssh console -C \"openclaw fly doctor\"`.")
        }
        var findings: [Finding] = []
        if let text { findings += check(text, path, setup) }
        if setup.platform.flyApp != nil { findings += FlyMachineCheck(setup: setup).findings }
        return Finding.report(findings, asJSON: invocation.wantsJSON)
    }

    private static func read(_ path: String, isNamed: Bool) throws(CommandError) -> String? {
        do throws(FileError) {
            if let bytes = try PrivateFile.read(path, limit: 1 << 20) {
                return String(decoding: bytes, as: UTF8.self)
            }
        } catch {
            throw CommandError("\(error)")
        }
        guard isNamed else { return nil }
        throw CommandError("There is no file `\(path)`.")
    }

    private static func check(_ text: String, _ path: String, _ setup: LocalSetup) -> [Finding] {
        do throws(TOMLReader.Failure) {
            let config = try FlyConfig(text)
            // Beside a fly.toml on somebody's own computer lies that computer's config, not the machine's.
            let isThere = setup.platform.flyApp != nil
            return FlyFileCheck(
                config: config, configuredPort: isThere ? setup.config.gateway.port : nil,
                configuredBind: isThere ? setup.config.gateway.bind : nil
            ).findings
        } catch {
            return [Finding(.problem, "\(path):\(error.line): \(error.message)")]
        }
    }
}
