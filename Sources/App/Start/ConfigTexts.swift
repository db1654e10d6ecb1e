import Core

extension JSON {
    /// Every text with the way to it.
    func texts(at path: ConfigPath = .root) -> [(ConfigPath, String)] {
        switch self {
        case .object(let object): object.flatMap { $0.value.texts(at: path.appending($0.key)) }
        case .array(let items): items.enumerated().flatMap { $1.texts(at: path.appending(.index($0))) }
        case .string(let text): [(path, text)]
        default: []
        }
    }
}
