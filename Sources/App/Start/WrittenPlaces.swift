import Core
import Gateway

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where the config has the gateway write besides the state directory: workspaces and the log.
@MainActor
struct WrittenPlaces {
    private let setup: LocalSetup

    init(_ setup: LocalSetup) { self.setup = setup }

    /// Something about a place that nobody wants, and what helps.
    struct Problem {
        var text: String
        var fix: String
    }

    var problems: [Problem] { places.compactMap { lost($0) ?? refused($0) } }

    private struct Place {
        var key: ConfigPath
        var path: String
        /// Where it would be without a word in the config.
        var usual: String
        /// The folder itself, or the one that the file is in.
        var folder: String
    }

    private var places: [Place] {
        let agents = setup.config.agents
        let own = agents.list.enumerated().map { index, agent in
            workspace(
                agent.workspace, [.key("agents"), .key("list"), .index(index), .key("workspace")],
                "workspace-\(agent.id)")
        }
        let shared = workspace(
            agents.defaults.workspace, [.key("agents"), .key("defaults"), .key("workspace")], "workspace")
        return ([shared] + own + [log]).compactMap(\.self)
    }

    private func workspace(_ said: String?, _ key: [ConfigPath.Step], _ name: String) -> Place? {
        said.map { said in
            let path = setup.expand(said)
            return Place(
                key: ConfigPath(key), path: path, usual: "\(setup.state)/\(name)", folder: path)
        }
    }

    private var log: Place? {
        setup.config.logging.file.map { said in
            let path = setup.expand(said)
            return Place(
                key: ConfigPath([.key("logging"), .key("file")]), path: path,
                usual: "\(setup.state)/logs/\(FilePath.name(of: path))", folder: FilePath.folder(of: path))
        }
    }

    /// On a machine that is replaced at each deploy, and keeps only its volumes.
    private func lost(_ place: Place) -> Problem? {
        guard setup.platform.isContainer, let disk = Self.device(of: "/"),
            Self.device(of: Self.existing(place.folder)) == disk,
            let state = Self.device(of: setup.state), state != disk
        else { return nil }
        let text = "`\(place.key)` is `\(place.path)`, which is on no volume: it is lost at the next deploy"
        guard place.folder == place.path, access(place.path, F_OK) == 0 else {
            return Problem(text: text, fix: mend(place))
        }
        let target = Self.free(place.usual)
        let copy = "cp -a \("\(place.path)/.".shellWord) \(target.shellWord)"
        return Problem(text: text, fix: "\(copy) && \(mend(place, with: target))")
    }

    /// The folder itself, or the first beside it with nothing in it: what is there must not be written over.
    private static func free(_ folder: String) -> String {
        func isFree(_ path: String) -> Bool {
            var status = stat()
            guard lstat(path, &status) == 0 else { return true }
            return status.st_mode & S_IFMT == S_IFDIR && FolderListing.names(in: path).isEmpty
        }
        let others = (1...).lazy.map { $0 == 1 ? "\(folder)-moved" : "\(folder)-moved-\($0)" }
        return isFree(folder) ? folder : others.first(where: isFree) ?? folder
    }

    private func refused(_ place: Place) -> Problem? {
        let folder = Self.existing(place.folder)
        var status = stat()
        let isFolder = stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        let code = isFolder ? access(folder, W_OK) == 0 ? 0 : errno : ENOTDIR
        // What is mounted read-only is told of with the volume.
        guard code != 0, code != EROFS else { return nil }
        return Problem(
            text: "`\(place.key)` is `\(place.path)`, and `\(folder)` cannot be written: "
                + String(cString: strerror(code)),
            fix: mend(place))
    }

    private func mend(_ place: Place) -> String { mend(place, with: place.usual) }

    private func mend(_ place: Place, with path: String) -> String {
        "openclaw config set \("\(place.key)".shellWord) \(path.shellWord)"
    }

    /// The folder itself, or the nearest above it that is there.
    private static func existing(_ folder: String) -> String {
        var folder = folder
        while !folder.isEmpty, folder != "/", access(folder, F_OK) != 0 {
            folder = FilePath.folder(of: folder)
        }
        return folder.isEmpty ? "." : folder
    }

    private static func device(of path: String) -> dev_t? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_dev : nil
    }
}

extension String {
    /// As one word of a shell's line.
    fileprivate var shellWord: String {
        let marks = Set("/._-=:,+@%".utf8)
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || marks.contains(byte)
            }
        return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
