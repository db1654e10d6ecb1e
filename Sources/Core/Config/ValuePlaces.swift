/// Where each value of a config is written, to look up many.
struct ValuePlaces {
    private struct Entry {
        /// Of members.
        var key: LocatedValue.Place?
        var value: LocatedValue.Place
    }

    private var entries: [ConfigPath: Entry] = [:]

    init(of tree: LocatedValue) { add(tree, key: nil, at: .root) }

    private mutating func add(_ value: LocatedValue, key: LocatedValue.Place?, at path: ConfigPath) {
        entries[path] = Entry(key: key, value: value.place)
        switch value.content {
        case .scalar: break
        case .array(let items):
            for (index, item) in items.enumerated() { add(item, key: nil, at: path.appending(.index(index))) }
        case .object(let members):
            for member in members { add(member.value, key: member.place, at: path.appending(member.key)) }
        }
    }

    /// Where the value at `path` stands, the nearest place above when it is missing.
    func value(at path: ConfigPath) -> LocatedValue.Place {
        var path = path
        while true {
            if let entry = entries[path] { return entry.value }
            guard path != .root else { return LocatedValue.Place(file: 0, offset: 0) }
            path = path.parent
        }
    }

    /// As `value(at:)`, but where the key of a member stands.
    func key(at path: ConfigPath) -> LocatedValue.Place { entries[path]?.key ?? value(at: path) }
}
