import Wire

/// `post URL NAME=VALUE … NAME=@FILE …` sends a form and tells the reply; `save URL FILE MAX-BYTES` downloads.
@MainActor
func send(_ arguments: ArraySlice<String>, by client: WebClient) async {
    do throws(WebError) {
        let arguments = Array(arguments)
        guard arguments.count >= 3 else { throw .invalidRequest("Arguments are missing.") }
        if arguments[0] == "save" {
            let maxBytes = arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0
            try await client.save(
                WebRequest("GET", arguments[1]), to: arguments[2], atMost: maxBytes)
            say("saved\n", to: 1)
        } else {
            var request = try form(arguments.dropFirst(2)).request(to: arguments[1])
            request.maxRedirects = 1
            let reply = try await client.send(request)
            say("\(reply.status) \(String(decoding: reply.body, as: UTF8.self))\n", to: 1)
        }
    } catch {
        say("failed \(error)\n", to: 1)
    }
}

private func form(_ arguments: ArraySlice<String>) throws(WebError) -> MultipartForm {
    var form = MultipartForm()
    for argument in arguments {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        guard parts.count == 2 else { throw .invalidRequest("`\(argument)` is no field.") }
        if parts[1].hasPrefix("@") {
            let path = String(parts[1].dropFirst())
            let name = path.split(separator: "/").last.map(String.init) ?? ""
            guard let file = FormFile(path: path, name: name, mimeType: "text/x-test") else {
                throw .invalidRequest("`\(path)` is no file.")
            }
            form.append(parts[0], file)
        } else {
            form.append(parts[0], parts[1])
        }
    }
    return form
}
