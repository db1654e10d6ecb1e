/// Puts the values of `${NAME}` into texts; `$${NAME}` stands for `${NAME}` itself.
struct VariableSubstitution {
    let environment: Environment
    /// Names that are missing or empty, and where they are wanted.
    private(set) var missing: [(name: String, path: ConfigPath, place: LocatedValue.Place)] = []

    init(environment: Environment) {
        self.environment = environment
    }

    mutating func apply(to value: inout LocatedValue, at path: ConfigPath = .root) {
        switch value.content {
        case .scalar(.string(let text)):
            guard text.utf8.contains(UInt8(ascii: "$")) else { return }
            value.content = .scalar(.string(substitute(in: text, at: path, value.place)))
        case .scalar: return
        case .array(var items):
            for index in items.indices { apply(to: &items[index], at: path.appending(.index(index))) }
            value.content = .array(items)
        case .object(var members):
            for index in members.indices {
                apply(to: &members[index].value, at: path.appending(members[index].key))
            }
            value.content = .object(members)
        }
    }

    private mutating func substitute(in text: String, at path: ConfigPath, _ place: LocatedValue.Place)
        -> String
    {
        var result = ""
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${"), let name = Self.name(after: rest.dropFirst(3)) {
                result += "${\(name)}"
                rest = rest.dropFirst(name.count + 4)
            } else if rest.hasPrefix("${"), let name = Self.name(after: rest.dropFirst(2)) {
                if environment[name] == nil { missing.append((name, path, place)) }
                result += environment[name] ?? ""
                rest = rest.dropFirst(name.count + 3)
            } else {
                result.append("$")
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    /// Whether a text holds `${NAME}`, so that it says where a secret is and not the secret.
    static func isReference(_ text: String) -> Bool {
        var rest = Substring(text)
        while let dollar = rest.firstIndex(of: "$") {
            rest = rest[dollar...].dropFirst()
            if rest.hasPrefix("{"), name(after: rest.dropFirst()) != nil { return true }
        }
        return false
    }

    /// `NAME` of `NAME}…`: capital letters, digits and `_`, no digit first.
    private static func name(after text: Substring) -> String? {
        guard let end = text.firstIndex(of: "}") else { return nil }
        let name = text[..<end]
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return nil }
        let isName = name.utf8.allSatisfy { byte in
            (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
        }
        return isName ? String(name) : nil
    }
}
