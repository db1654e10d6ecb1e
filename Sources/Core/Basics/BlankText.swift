extension [UInt8] {
    /// Whether a file's text says nothing: there is only white space, or not even that.
    package var isBlank: Bool { allSatisfy { $0 <= 0x20 } }
}
