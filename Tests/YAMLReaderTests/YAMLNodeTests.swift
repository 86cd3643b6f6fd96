import Testing
import YAMLReader

@Suite("YAML files")
struct YAMLNodeTests {
    static let text = """
        version: 1
        memory:
          flash: 2048
          levels: [1, 2]
        name: 'x'
        empty:
        """

    @Test("Values are found by key, with their line")
    func values() throws {
        let node = try YAMLNode(parsing: Self.text, file: "a.yaml")
        #expect(try node.required("memory").required("flash").int() == 2048)
        #expect(try node.required("memory").required("flash").line == 3)
        #expect(try node.required("memory").required("levels").list().map { try $0.double() } == [1, 2])
        #expect(try node.optional("empty") == nil)
        #expect(try node.mapping.map(\.key) == ["version", "memory", "name", "empty"])
    }

    @Test("A wrong type names file, line, field and what was expected")
    func wrongType() throws {
        let node = try YAMLNode(parsing: "a:\n  b: yes please", file: "dir/x.yaml")
        let error = #expect(throws: YAMLError.self) { try node.required("a").required("b").int() }
        #expect(error?.description == "dir/x.yaml:2: a.b: expected a whole number, got 'yes please'")
    }

    @Test("A quoted number is a text, not a number")
    func quoted() throws {
        let node = try YAMLNode(parsing: "a: '3'", file: "x")
        #expect(throws: YAMLError.self) { try node.required("a").int() }
        #expect(try node.required("a").string() == "3")
    }

    @Test("An unknown key is refused with the nearest known one")
    func unknownKey() throws {
        let node = try YAMLNode(parsing: "devises: [a]", file: "job.yaml")
        let error = #expect(throws: YAMLError.self) { try node.allow(keys: ["name", "devices"]) }
        #expect(error?.description == "job.yaml:1: unknown key 'devises'; did you mean 'devices'?")
    }

    @Test(
        "What is not YAML is refused in one sentence",
        arguments: [
            "a: [1, 2", "a: 1\na: 2", "", "\t- x", "a: *nowhere", "a: &x [*x]",
            String(repeating: "[", count: 100_000),
            String(repeating: "a: {", count: 5000), "\u{0}", "? [a]\n: b",
        ])
    func broken(text: String) {
        #expect(throws: YAMLError.self) { _ = try YAMLNode(parsing: text, file: "x.yaml").mapping }
    }

    @Test("Aliases that multiply are stopped")
    func aliasBomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<12 {
            let aliases = [String](repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(throws: YAMLError.self) { try YAMLNode(parsing: text, file: "bomb.yaml") }
    }
}
