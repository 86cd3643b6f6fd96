import Determinism

/// What the service answers.
public struct ServiceResponse: Sendable {
    /// Such as 200.
    public var status: Int
    /// By name.
    public var headers: [String: String]
    /// What follows the headers.
    public var body: Body

    /// What follows the headers of a response.
    public enum Body: Sendable {
        /// Known as a whole.
        case bytes([UInt8])
        /// Server-sent events, as they come.
        case events(AsyncStream<String>)
    }

    /// A response that is known as a whole.
    init(_ status: Int, type: String, _ bytes: [UInt8], headers: [String: String] = [:]) {
        self.status = status
        self.headers = headers.merging(["Content-Type": type]) { first, _ in first }
        body = .bytes(bytes)
    }

    /// An answer as JSON.
    init(_ status: Int = 200, json: String) {
        self.init(status, type: "application/json", Array(json.utf8))
    }

    /// A page.
    init(_ status: Int = 200, html: String) {
        self.init(status, type: "text/html; charset=utf-8", Array(html.utf8))
    }

    /// A sentence that says what to change.
    init(_ status: Int, error sentence: String) {
        let answer = JSONValue.object(["error": .text(sentence)])
        self.init(status, json: answer.text + "\n")
    }

    /// Another address to go to.
    init(redirectTo address: String) {
        self.init(303, type: "text/plain; charset=utf-8", [], headers: ["Location": address])
    }

    /// The bytes of a response that is known as a whole; none for events.
    public var bytes: [UInt8] {
        switch body {
        case .bytes(let bytes): bytes
        case .events: []
        }
    }
}
