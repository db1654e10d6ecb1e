extension JSON {
    /// Reads RFC 8259 JSON in UTF-8; of a repeated key the last value counts.
    package static func parse(
        _ bytes: some Collection<UInt8>, limits: JSONLimits = .standard
    ) throws(JSONError) -> JSON {
        let result = bytes.withContiguousStorageIfAvailable { parse(buffer: $0, limits: limits) }
        return try (result ?? Array(bytes).withUnsafeBufferPointer { parse(buffer: $0, limits: limits) })
            .get()
    }

    /// Reads RFC 8259 JSON; of a repeated key the last value counts.
    package static func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        var text = text
        return try text.withUTF8 { parse(buffer: $0, limits: limits) }.get()
    }

    private static func parse(
        buffer: UnsafeBufferPointer<UInt8>, limits: JSONLimits
    ) -> Result<JSON, JSONError> {
        var parser = JSONParser(buffer, limits: limits)
        do throws(JSONFailure) {
            return .success(try parser.parseText())
        } catch {
            return .failure(error.located(in: buffer))
        }
    }

    /// The value on one line, in UTF-8.
    package func encoded() -> [UInt8] { [UInt8](writing: { $0.write(self) }) }

    /// The value on one line.
    package var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The value for people: one member a line, two spaces a level.
    package var prettyText: String {
        var writer = JSONWriter(indent: 2)
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension [UInt8] {
    /// What `body` writes.
    package init(capacity: Int = 512, writing body: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: capacity)
        body(&writer)
        self.init(writer.bytes)
    }

    /// One object, whose members `body` adds.
    package static func jsonObject(capacity: Int = 512, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        [UInt8](capacity: capacity) { $0.writeObject(body) }
    }
}

extension String {
    /// The text as a JSON string, with its quotes.
    package var quotedJSON: String { JSON.string(self).text }
}
