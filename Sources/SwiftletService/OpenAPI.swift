import Determinism
import SwiftletKit

/// The OpenAPI 3.1 document of a table of routes.
struct OpenAPI {
    private let routes: [Route]
    private let basePath: String

    init(_ routes: [Route], basePath: String) {
        self.routes = routes
        self.basePath = basePath
    }

    var text: String { document.text + "\n" }

    private var document: JSONValue {
        var paths = JSONObject()
        var known: [String] = []
        for route in routes where !known.contains(route.path) {
            known.append(route.path)
            let methods = routes.filter { $0.path == route.path }
            paths.append(
                route.path,
                .object(JSONObject(methods.map { ($0.method.rawValue.lowercased(), operation($0)) })))
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Swiftlet", "version": .text(SwiftletVersion.current),
                "description":
                    "Jobs, fronts, selections and the queue of one database. Units stand in the names of keys; null is unknown.",
            ],
            "servers": [["url": .text(basePath + "/api/v1")]],
            "security": [["token": []], [:]],
            "paths": .object(paths),
            "components": [
                "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
                "schemas": ["Error": Self.schema(of: [["error": "one sentence that says what to change"]])],
            ],
        ]
    }

    private func operation(_ route: Route) -> JSONValue {
        var operation: JSONObject = ["summary": .text(route.summary)]
        let names = route.parts.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        let parameters =
            names.map { name -> JSONValue in
                ["name": .text(name), "in": "path", "required": true, "schema": ["type": "string"]]
            }
            + route.query.map { parameter -> JSONValue in
                [
                    "name": .text(parameter.name), "in": "query", "required": false,
                    "description": .text(parameter.summary), "schema": schema(of: parameter.kind),
                ]
            }
        if !parameters.isEmpty { operation.append("parameters", .list(parameters)) }
        if let body = body(of: route) { operation.append("requestBody", body) }
        operation.append("responses", responses(of: route))
        return .object(operation)
    }

    private func schema(of kind: Route.Parameter.Kind) -> JSONValue {
        switch kind {
        case .text: ["type": "string"]
        case .flag: ["type": "boolean"]
        case .count(let range):
            ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .number: ["type": "number"]
        case .choice(let choices): ["type": "string", "enum": .list(choices.map { .text($0) })]
        }
    }

    private func body(of route: Route) -> JSONValue? {
        guard !route.body.isEmpty else { return nil }
        let keys = route.body.map { field -> (String, JSONValue) in
            (
                field.name,
                [
                    "type": [.text(field.kind.rawValue), "null"], "description": .text(field.summary),
                    "examples": [field.example],
                ]
            )
        }
        var content: JSONObject = [
            "application/json": [
                "schema": [
                    "type": "object", "properties": .object(JSONObject(keys)), "additionalProperties": false,
                ]
            ]
        ]
        if route.body.contains(where: { $0.name == "text" }) {
            content.append("application/yaml", ["schema": ["type": "string"]])
        }
        return ["required": true, "content": .object(content)]
    }

    private func responses(of route: Route) -> JSONValue {
        let error: JSONValue = [
            "description": "One sentence that says what to change.",
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
        ]
        var responses = JSONObject([("\(route.status)", result(of: route))])
        if route.method == .get {
            if case .events = route.result {
            } else {
                responses.append("304", ["description": "Nothing changed since the ETag of If-None-Match."])
            }
        }
        for status in ["400", "401", "403", "404"] { responses.append(status, error) }
        if route.method != .get {
            for status in ["409", "413", "415"] { responses.append(status, error) }
        } else if case .file = route.result {
            responses.append("409", error)
        }
        return .object(responses)
    }

    private func result(of route: Route) -> JSONValue {
        func content(_ type: String, _ schema: JSONValue) -> JSONValue {
            let media: JSONValue = ["schema": schema]
            return ["description": .text(route.summary), "content": .object(JSONObject([(type, media)]))]
        }
        switch route.result {
        case .json(let examples): return content("application/json", Self.schema(of: examples()))
        case .file(let type): return content(type, ["type": "string"])
        case .events: return content("text/event-stream", ["type": "string"])
        case .nothing: return ["description": .text(route.summary)]
        }
    }

    /// What all the values have in common: their types, the keys of objects, the elements of lists.
    static func schema(of values: [JSONValue]) -> JSONValue {
        var types: [String] = []
        var keys: [String] = []
        var members: [String: [JSONValue]] = [:]
        var elements: [JSONValue] = []
        for value in values {
            if !types.contains(value.typeName) { types.append(value.typeName) }
            switch value {
            case .object(let object):
                for entry in object.entries {
                    if members[entry.key] == nil { keys.append(entry.key) }
                    members[entry.key, default: []].append(entry.value)
                }
            case .list(let items): elements += items
            case .null, .flag, .integer, .number, .text: break
            }
        }
        if types.contains("number") { types.removeAll { $0 == "integer" } }
        var schema = JSONObject([
            ("type", types.count == 1 ? .text(types[0]) : .list(types.map { .text($0) }))
        ])
        if !keys.isEmpty {
            schema.append(
                "properties", .object(JSONObject(keys.map { ($0, Self.schema(of: members[$0] ?? [])) })))
            let objects = values.count { $0.typeName == "object" }
            let required = keys.filter { members[$0]?.count == objects }
            schema.append("required", .list(required.map { .text($0) }))
        }
        if !elements.isEmpty { schema.append("items", Self.schema(of: elements)) }
        return .object(schema)
    }
}

extension JSONValue {
    /// The name of its type in a JSON schema.
    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .flag: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .text: "string"
        case .list: "array"
        case .object: "object"
        }
    }
}
