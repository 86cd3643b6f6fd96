import Determinism
import Reports

/// One thing that can be asked: how, what for, and how it is answered.
///
/// The table of routes is what requests are read by and what the OpenAPI document says.
struct Route: Sendable {
    enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// One parameter of the query.
    struct Parameter: Sendable {
        enum Kind: Sendable {
            case text
            case flag
            /// Whole, within the range.
            case count(ClosedRange<Int>)
            case number
            case choice([String])
        }

        let name: String
        let kind: Kind
        let summary: String

        init(_ name: String, _ kind: Kind, _ summary: String) {
            self.name = name
            self.kind = kind
            self.summary = summary
        }
    }

    /// One key of a body.
    struct Field: Sendable {
        enum Kind: String, Sendable {
            case text = "string"
            case count = "integer"
            case number
        }

        let name: String
        let kind: Kind
        let summary: String
        /// Sent in the OpenAPI document.
        let example: JSONValue

        init(_ name: String, _ kind: Kind, _ summary: String, example: JSONValue) {
            self.name = name
            self.kind = kind
            self.summary = summary
            self.example = example
        }
    }

    /// What comes back.
    enum Result: Sendable {
        /// JSON such as these examples, which show every key and which of them may be null; made when they are asked for.
        case json(@Sendable () -> [JSONValue])
        /// A file of this type.
        case file(String)
        case events
        /// No content.
        case nothing
    }

    let method: Method
    /// Below `/api/v1`, with names of parameters between braces.
    let path: String
    let summary: String
    var query: [Parameter] = []
    var body: [Field] = []
    let result: Result
    /// Of a good answer.
    var status = 200
    /// How it is answered; runs on a thread that may wait.
    let work: @Sendable (Call, ServiceContext) throws -> ServiceResponse

    /// The parts of the path.
    var parts: [String] { path.split(separator: "/").map(String.init) }

    /// The values of the path's parameters; nil where a path is not of this route.
    func match(_ path: [String]) -> [String: String]? {
        let parts = parts
        guard parts.count == path.count else { return nil }
        var values: [String: String] = [:]
        for (part, value) in zip(parts, path) {
            if part.hasPrefix("{") {
                values[String(part.dropFirst().dropLast())] = value
            } else if part != value {
                return nil
            }
        }
        return values
    }
}

extension Route {
    /// A question that is answered with JSON.
    static func get<Value: Answer>(
        _ path: String, _ summary: String, query: [Parameter] = [],
        like examples: @autoclosure @escaping @Sendable () -> [Value],
        _ work: @escaping @Sendable (Call, ServiceContext) throws -> Value
    ) -> Route {
        Route(
            method: .get, path: path, summary: summary, query: query,
            result: .json { examples().compactMap { try? JSONValue(encoding: $0) } },
            work: { ServiceResponse(json: try work($0, $1).json) })
    }
}
