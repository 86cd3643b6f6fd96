/// A request as the service reads it, whatever brought it.
public struct ServiceRequest: Sendable {
    /// Such as `GET`.
    public var method: String
    /// Percent-encoded, without the query.
    public var path: String
    /// Percent-encoded, without the question mark.
    public var query: String
    /// By name in lower case.
    public var headers: [String: String]
    /// At most `ServiceRequest.bodyLimit` bytes.
    public var body: [UInt8]

    /// The largest body that is read, in bytes.
    public static let bodyLimit = 1 << 20

    /// A request; names of headers are written in any case.
    public init(
        _ method: String, _ path: String, query: String = "", headers: [String: String] = [:],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = Dictionary(headers.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
        self.body = body
    }

    /// The content's type without its parameters, in lower case; nil where none is given.
    var contentType: String? {
        headers["content-type"]?.split(separator: ";").first.map {
            $0.lowercased().trimmed
        }
    }

    /// Whether it changes nothing.
    var isSafe: Bool { method == "GET" || method == "HEAD" }

    /// The value of a cookie; nil where it was not sent.
    func cookie(_ name: String) -> String? {
        (headers["cookie"] ?? "").split(separator: ";").lazy.map { String($0).trimmed }
            .first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}

extension String {
    /// The text without blanks at its ends.
    var trimmed: String {
        var part = self[...]
        while part.first?.isWhitespace == true { part.removeFirst() }
        while part.last?.isWhitespace == true { part.removeLast() }
        return String(part)
    }
}
