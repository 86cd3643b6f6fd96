import Determinism
import Foundation
import Testing

@Suite("JSON with keys in their order")
struct JSONValueTests {
    private struct Inner: Codable, Equatable {
        var name: String
        var list: [Int]
    }

    private struct Outer: Codable, Equatable {
        var b: Double
        var a: String
        var none: Int?
        var inner: Inner
        var empty: [Inner]
        var small: Float
        var big: UInt64

        enum CodingKeys: String, CodingKey {
            case b, a, none, inner, empty, small
            case big = "big_number"
        }
    }

    private let outer = Outer(
        b: 0.1, a: "x\"\n\u{1}", none: nil, inner: Inner(name: "é", list: [1, 2]), empty: [], small: 0.5,
        big: 7)

    @Test("Keys keep the order of declaration, texts are escaped, and nil is null")
    func text() throws {
        #expect(
            try JSONValue(encoding: outer).text == """
                {
                  "b": 0.1,
                  "a": "x\\"\\n\\u0001",
                  "none": null,
                  "inner": {
                    "name": "é",
                    "list": [
                      1,
                      2
                    ]
                  },
                  "empty": [],
                  "small": 0.5,
                  "big_number": 7
                }
                """)
    }

    @Test("Any decoder reads it back")
    func roundTrip() throws {
        let data = Data(try JSONValue(encoding: outer).text.utf8)
        #expect(try JSONDecoder().decode(Outer.self, from: data) == outer)
        guard case .object(let object) = try JSONDecoder().decode(JSONValue.self, from: data) else {
            Issue.record("not an object")
            return
        }
        #expect(object["none"] == .null && object["big_number"] == .integer(7))
        #expect(
            object["inner"] == .object(["list": .list([.integer(1), .integer(2)]), "name": .text("é")]))
    }

    @Test("Numbers that JSON does not have are null; those that are too large are refused")
    func numbers() throws {
        #expect(try JSONValue(encoding: [Double.nan, .infinity]).text == "[\n  null,\n  null\n]")
        #expect(throws: EncodingError.self) { try JSONValue(encoding: [UInt64.max]) }
    }

    private struct Beside: Encodable {
        let inner: Inner
        enum CodingKeys: String, CodingKey { case first, deep }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(1, forKey: .first)
            var deep = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .deep)
            try deep.encode(true, forKey: .first)
            try inner.encode(to: encoder)
        }
    }

    @Test("Nested objects, and one value written into the object of another, keep their order")
    func nested() throws {
        let value = try JSONValue(encoding: Beside(inner: Inner(name: "n", list: [])))
        let expected: JSONObject = [
            "first": .integer(1), "deep": .object(["first": .flag(true)]), "name": .text("n"),
            "list": .list([]),
        ]
        #expect(value == .object(expected))
    }
}
