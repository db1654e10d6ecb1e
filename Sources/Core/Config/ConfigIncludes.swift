/// Replaces `{"$include": "file"}` by the file's content.
///
/// A list of files is merged in order; keys beside `$include` are merged over them. Paths start at the folder
/// of the file that says them.
struct ConfigIncludes {
    /// One file that was read.
    struct Source {
        let path: String
        let positions: TextPositions

        init(path: String, document: JSON5Document) {
            self.path = path
            positions = TextPositions(in: document.bytes)
        }
    }

    static let key = "$include"
    /// Files in files; more is a mistake.
    static let maxDepth = 10
    /// Files in all; each may be included several times.
    static let maxFiles = 100

    let readFile: ConfigLoader.FileReader
    private(set) var sources: [Source] = []
    private(set) var issues: [ConfigIssue] = []
    /// Keys that stand twice in an object of one file: the last one counts, as in the original.
    private(set) var repeatedKeys: [ConfigIssue] = []
    /// Files that were asked for, also those that are missing: a change of any is a change of the config.
    private(set) var paths: [String] = []

    init(readFile: @escaping ConfigLoader.FileReader) {
        self.readFile = readFile
    }

    /// The document with all files in place; parts that could not be read are empty objects.
    mutating func resolve(_ document: JSON5Document, path: String) -> LocatedValue {
        sources = [Source(path: path, document: document)]
        noteRepeatedKeys(in: document.root, file: 0, at: .root)
        return resolve(LocatedValue(document.root, file: 0), chain: [path], at: .root)
    }

    private mutating func resolve(_ value: LocatedValue, chain: [String], at path: ConfigPath) -> LocatedValue
    {
        var value = value
        switch value.content {
        case .scalar: return value
        case .array(let items):
            value.content = .array(
                items.enumerated().map { resolve($1, chain: chain, at: path.appending(.index($0))) })
            return value
        case .object(let members):
            var rest: [LocatedValue.Member] = []
            for var member in members where member.key != Self.key {
                member.value = resolve(member.value, chain: chain, at: path.appending(member.key))
                rest.append(member)
            }
            value.content = .object(rest)
            guard let include = members.first(where: { $0.key == Self.key }) else { return value }
            return merge(include.value, under: value, chain: chain, at: path)
        }
    }

    private mutating func merge(
        _ include: LocatedValue, under siblings: LocatedValue, chain: [String], at path: ConfigPath
    ) -> LocatedValue {
        let names: [LocatedValue]
        if case .array(let items) = include.content { names = items } else { names = [include] }
        var merged: LocatedValue?
        for name in names {
            guard case .scalar(.string(let file)) = name.content else {
                report("`$include` needs a file name or a list of file names", at: name.place, path)
                continue
            }
            guard let content = load(file, chain: chain, from: name.place, at: path) else { continue }
            merged = merged?.merged(with: content) ?? content
        }
        guard let merged else { return siblings }
        guard case .object(let members) = siblings.content, !members.isEmpty else { return merged }
        guard case .object = merged.content else {
            report("keys beside `$include` need a file that holds an object", at: include.place, path)
            return siblings
        }
        return merged.merged(with: siblings)
    }

    private mutating func load(
        _ name: String, chain: [String], from place: LocatedValue.Place, at path: ConfigPath
    ) -> LocatedValue? {
        let file = FilePath.normalized(name, relativeTo: FilePath.folder(of: chain.last ?? ""))
        if !paths.contains(file) { paths.append(file) }
        if chain.contains(file) {
            let circle = (chain + [file]).map { FilePath.name(of: $0) }.joined(separator: " → ")
            report("`$include` goes round in a circle: \(circle)", at: place, path)
            return nil
        }
        guard chain.count <= Self.maxDepth, sources.count < Self.maxFiles else {
            report("`$include` is nested more than \(Self.maxDepth) deep at `\(name)`", at: place, path)
            return nil
        }
        switch readFile(file) {
        case .failure(let reason):
            report("`$include` cannot read `\(file)`: \(reason.message)", at: place, path)
            return nil
        case .success(let bytes): return parse(bytes, file: file, chain: chain, at: path)
        }
    }

    private mutating func parse(
        _ bytes: [UInt8], file: String, chain: [String], at path: ConfigPath
    ) -> LocatedValue? {
        do throws(JSON5Error) {
            let document = try JSON.parseJSON5(bytes, limits: ConfigLoader.limits)
            sources.append(Source(path: file, document: document))
            noteRepeatedKeys(in: document.root, file: sources.count - 1, at: path)
            return resolve(
                LocatedValue(document.root, file: sources.count - 1), chain: chain + [file], at: path)
        } catch {
            var issue = ConfigIssue(
                path: path, message: error.message, protocolMessage: error.protocolMessage)
            issue.file = FilePath.name(of: file)
            issue.position = error.position
            issues.append(issue)
            return nil
        }
    }

    private mutating func report(_ message: String, at place: LocatedValue.Place, _ path: ConfigPath) {
        issues.append(locate(ConfigIssue(path: path.appending(Self.key), message: message), at: place))
    }

    private mutating func noteRepeatedKeys(in node: JSON5Node, file: Int, at path: ConfigPath) {
        for (index, item) in (node.items ?? []).enumerated() {
            noteRepeatedKeys(in: item, file: file, at: path.appending(.index(index)))
        }
        var places: [String: Int] = [:]
        for member in node.members ?? [] {
            let (inner, offset) = (path.appending(member.key), member.keyRange.lowerBound)
            if let earlier = places.updateValue(offset, forKey: member.key) {
                let place = sources[file].positions.position(at: earlier)
                let name = FilePath.name(of: sources[file].path)
                let issue = ConfigIssue(
                    path: inner,
                    message:
                        "written twice; this one counts, and the one at \(name):\(place.line):\(place.column) "
                        + "does not: remove one of the two")
                repeatedKeys.append(locate(issue, at: LocatedValue.Place(file: file, offset: offset)))
            }
            noteRepeatedKeys(in: member.node, file: file, at: inner)
        }
    }

    func locate(_ issue: ConfigIssue, at place: LocatedValue.Place) -> ConfigIssue {
        guard sources.indices.contains(place.file) else { return issue }
        var issue = issue
        issue.file = FilePath.name(of: sources[place.file].path)
        issue.position = sources[place.file].positions.position(at: place.offset)
        return issue
    }
}

/// Paths as text, without looking at any disk.
package enum FilePath {
    /// What stands behind the last slash.
    package static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }

    /// What stands before the last slash, empty where there is none.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Without the slashes at its end.
    package static func withoutEndSlashes(_ path: String) -> String {
        var path = path[...]
        while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
        return String(path)
    }

    /// With `.` and `..` taken out, and starting at `folder` unless it is absolute.
    static func normalized(_ path: String, relativeTo folder: String) -> String {
        let joined = path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
        var parts: [Substring] = []
        for part in joined.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !joined.hasPrefix("/") {
                parts.append(part)
            }
        }
        return (joined.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
