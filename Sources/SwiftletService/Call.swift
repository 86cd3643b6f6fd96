import Determinism
import Foundation
import Quantities

/// A request that found its route, with its parameters read.
struct Call: Sendable {
    let route: Route
    let request: ServiceRequest
    private let path: [String: String]
    private let query: [String: String]
    private let body: JSONObject

    /// Throws a `Complaint` where the query or the body is not what the route reads.
    init(_ route: Route, _ request: ServiceRequest, path: [String: String]) throws {
        self.route = route
        self.request = request
        self.path = path
        query = try Call.query(request.query, of: route)
        body = try Call.body(request, of: route)
    }

    /// A parameter of the path; it is there, since the path matched.
    func path(_ name: String) -> String { path[name] ?? "" }

    /// A name of a file that Swiftlet ships or reads in its working folder, never a path.
    func plainName(_ name: String) throws -> String {
        let value = path(name)
        let isPlain = value.utf8.allSatisfy {
            $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "\\") && $0 >= 0x20
        }
        guard isPlain, !value.hasSuffix(".yaml"), !value.hasSuffix(".yml"), !value.hasPrefix(".") else {
            throw Complaint(404, "there is no '\(value.prefix(100))'")
        }
        return value
    }

    func text(_ name: String) -> String? { query[name] }
    func flag(_ name: String) -> Bool { query[name] == "true" }
    func count(_ name: String) -> Int? { query[name].flatMap { Int($0) } }
    func number(_ name: String) -> Double? { query[name].flatMap { Double($0) } }

    /// A key of the body, as text.
    func bodyText(_ name: String) -> String? {
        if case .text(let text)? = body[name] { text } else { nil }
    }

    /// A key of the body, as a whole number.
    func bodyCount(_ name: String) -> Int? {
        if case .integer(let value)? = body[name] { value } else { nil }
    }

    /// A key of the body, as a number.
    func bodyNumber(_ name: String) -> Double? {
        switch body[name] {
        case .integer(let value)?: Double(value)
        case .number(let value)?: value
        case .null?, .flag?, .text?, .list?, .object?, nil: nil
        }
    }

    // MARK: Reading

    private static func query(_ text: String, of route: Route) throws -> [String: String] {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = String(parts[0]).formDecoded,
                let value = parts.count == 2 ? String(parts[1]).formDecoded : ""
            else { throw Complaint(400, "the query is not percent-encoded UTF-8") }
            guard let parameter = route.query.first(where: { $0.name == name }) else {
                let known = route.query.map(\.name)
                throw Complaint(
                    400,
                    "there is no parameter '\(name.prefix(100).description.printable)'"
                        + (known.isEmpty ? "" : "; known: \(known.joined(separator: ", "))"))
            }
            guard values[name] == nil else { throw Complaint(400, "parameter '\(name)' is given twice") }
            try parameter.check(value)
            values[name] = value
        }
        return values
    }

    private static func body(_ request: ServiceRequest, of route: Route) throws -> JSONObject {
        guard !request.isSafe, route.method != .delete else { return [:] }
        switch request.contentType {
        case "application/json": break
        case "application/yaml" where route.body.contains { $0.name == "text" }:
            guard let text = String(validating: request.body, as: UTF8.self) else {
                throw Complaint(400, "the body is not UTF-8 text")
            }
            return ["text": .text(text)]
        default: throw Complaint(415, "the body must be JSON, announced by Content-Type: application/json")
        }
        guard !request.body.isEmpty else { return [:] }
        guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(request.body)),
            case .object(let object) = value
        else { throw Complaint(400, "the body is no JSON object") }
        for entry in object.entries {
            guard let field = route.body.first(where: { $0.name == entry.key }) else {
                let known = route.body.map(\.name)
                throw Complaint(
                    400,
                    "there is no key '\(entry.key.prefix(100).description.printable)'"
                        + (known.isEmpty ? "" : "; known: \(known.joined(separator: ", "))"))
            }
            try field.check(entry.value)
        }
        return object
    }
}

/// Why a request is not answered, with the status that says so.
struct Complaint: Error {
    let status: Int
    let sentence: String

    init(_ status: Int, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }
}

extension Route.Parameter {
    fileprivate func check(_ value: String) throws {
        let wanted: String? =
            switch kind {
            case .text: nil
            case .flag: value == "true" || value == "false" ? nil : "true or false"
            case .count(let range):
                Int(value).map(range.contains) == true
                    ? nil : "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .number: Double(value)?.isFinite == true ? nil : "a number"
            case .choice(let choices):
                choices.contains(value) ? nil : "one of \(choices.joined(separator: ", "))"
            }
        if let wanted { throw Complaint(400, "parameter '\(name)' must be \(wanted)") }
    }
}

extension Route.Field {
    fileprivate func check(_ value: JSONValue) throws {
        let isRight =
            switch (kind, value) {
            case (.text, .text), (.count, .integer), (.number, .integer), (.number, .number), (_, .null): true
            case (.text, _), (.count, _), (.number, _): false
            }
        guard isRight else { throw Complaint(400, "key '\(name)' must be of type \(kind.rawValue)") }
    }
}

extension String {
    /// The text behind percent signs, and blanks for plus signs; nil where it is no UTF-8.
    var formDecoded: String? { replacing("+", with: " ").removingPercentEncoding }
}
