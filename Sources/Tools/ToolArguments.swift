import Core

/// Why a call cannot be done, in words for the model.
struct ToolFailure: Error {
    let message: String
    init(_ message: String) { self.message = message }
}

/// What a model sent with a call, read with care: models misspell names and mistake types.
struct ToolArguments {
    let json: JSON

    init(_ json: JSON) { self.json = json }

    /// A text that must be there.
    ///
    /// Other spellings are what models trained on other tools write.
    func text(_ names: String...) throws(ToolFailure) -> String {
        for name in names {
            if let text = json[name]?.stringValue { return text }
        }
        throw ToolFailure("`\(names[0])` is missing or not a string.")
    }

    func optionalText(_ name: String) -> String? {
        json[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// A whole number within the range; nil when it is not there.
    func number(_ name: String, in range: ClosedRange<Int>) throws(ToolFailure) -> Int? {
        guard let value = json[name], !value.isNull else { return nil }
        guard let number = value.intValue ?? value.stringValue.flatMap({ Int($0) }), range.contains(number)
        else {
            throw ToolFailure(
                "`\(name)` must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}

extension JSON {
    /// A JSON Schema of an object with these members.
    static func schema(required: [String], _ members: [(name: String, type: String, description: String)])
        -> JSON
    {
        var properties: JSONObject = [:]
        for member in members {
            properties[member.name] = [
                "type": .string(member.type), "description": .string(member.description),
            ]
        }
        return ["type": "object", "properties": .object(properties), "required": JSON(required)]
    }
}

extension Tool {
    /// Runs `body`; what goes wrong there becomes a result that the model reads.
    func answering(
        _ body: () async throws -> ToolResult
    ) async throws(CancellationError) -> ToolResult {
        do {
            return try await body()
        } catch let error as CancellationError {
            throw error
        } catch let failure as ToolFailure {
            return ToolResult(failure.message, isError: true)
        } catch {
            return ToolResult("The call failed: \(error)", isError: true)
        }
    }
}
