/// Writes the head of an answer.
@MainActor
enum ResponseHead {
    /// What follows the head.
    enum Length {
        /// Nothing, and no length is told (101, 204, 304).
        case none
        case bytes(Int)
        case chunked
        /// Everything until the connection ends.
        case untilClose
    }

    private static var spare: [UInt8] = []
    private static var dateSecond = -1
    private static var dateLine: [UInt8] = []

    static func write(
        _ status: Int, _ headers: HTTPHeaders, _ length: Length, connection: StaticString,
        to transport: Transport
    ) {
        var head = spare
        spare = []
        head.removeAll(keepingCapacity: true)
        appendStatusLine(status, to: &head)
        appendDate(to: &head)
        head.append(contentsOf: headers.wire)
        switch length {
        case .none, .untilClose: break
        case .bytes(let count):
            head.append("Content-Length: ")
            head.append(decimal: count)
            head.append("\r\n")
        case .chunked: head.append("Transfer-Encoding: chunked\r\n")
        }
        head.append(connection)
        head.append("\r\n")
        transport.send(head)
        spare = head
    }

    private static func appendStatusLine(_ status: Int, to head: inout [UInt8]) {
        if status == 200 { return head.append("HTTP/1.1 200 OK\r\n") }
        head.append("HTTP/1.1 ")
        head.append(decimal: status)
        head.append(HTTPGrammar.space)
        head.append(HTTPStatus.reason(status))
        head.append("\r\n")
    }

    private static func appendDate(to head: inout [UInt8]) {
        let now = LoopClock.wallSeconds
        if now != dateSecond {
            dateSecond = now
            dateLine = Array("Date: \(HTTPDate.text(now))\r\n".utf8)
        }
        head.append(contentsOf: dateLine)
    }
}
