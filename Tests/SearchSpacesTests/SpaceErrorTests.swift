import SearchSpaces
import Testing
import YAMLReader

@Suite("Wrong spaces and wrong strings")
struct SpaceErrorTests {
    static let spaces: [(String, String, String)] = [
        ("depth: [0, 1, 2]", "depth: [0, -1]", "small.yaml:8: stages[0].depth[1]: expected 0 to 64, got -1"),
        ("width: [8, 16]", "width: []", "has no options"),
        ("width: [8, 16]", "width: [8, 8]", "stands twice"),
        (
            "operation: [separable, inverted]", "operation: [separable, foo]",
            "'foo' is unknown; known: separable"
        ),
        ("version: 1", "version: 0", "small.yaml:1: version: expected 1 to"),
        ("precision: [float32, int8]", "precison: [int8]", "did you mean 'precision'?"),
        ("stages:", "steps:", "has no architectures"),
        ("input:", "inputs:", "unknown key 'inputs'; did you mean 'input'?"),
        ("expansion: [2, 4]", "stride: 1", "lacks the key 'expansion'"),
        ("name: small", "name: 'a b'", "small.yaml:2: name: a name is made of"),
        ("kernel: 3", "kernel: 3x", "expected a size such as 3 or 10x4"),
    ]

    @Test("A malformed space is refused with its line and field", arguments: spaces)
    func refusesMalformedSpace(_ original: String, _ replacement: String, _ message: String) {
        let text = SmallSpace.text.replacing(original, with: replacement)
        #expect {
            try SearchSpace(parsing: text, file: "small.yaml")
        } throws: { error in
            "\(error)".contains(message) && "\(error)".hasPrefix("small.yaml:")
        }
    }

    @Test("A space without architectures is refused")
    func refusesEmptySpace() {
        let text = "version: 1\nname: empty\ninput: {height: 8, width: 8, channels: 1, outputs: 10}"
        #expect {
            try SearchSpace(parsing: text, file: "empty.yaml")
        } throws: { "\($0)".contains("has no architectures; it needs one of stages, cell, layers") }
    }

    static let architectures: [(String, String, String)] = [
        ("tiny-image", "stem_k3_s2_w16", "it has 1 parts, expected 5"),
        (
            "tiny-image", "stem_k3_s2|conv_k3_w8_d1|conv_k3_w16_d1|skip|head_w0",
            "stem lacks one of w8, w16, w24"
        ),
        ("tiny-image", "stem_k3_s2_w8|conv_k3_e2_w8_d1|conv_k3_w16_d1|skip|head_w0", "early has 'e2'"),
        ("tiny-image", "stem_k3_s2_w8|skip|conv_k3_w16_d1|skip|head_w0", "early begins with 'skip'"),
        (
            "tiny-image", "stem_k3_s2_w8|conv_k3_w8_d1|conv_k3_w16_d1|skip|head_w7",
            "'head_w7' should be one of"
        ),
        (
            "tiny-image", "stem_k3_s2_w8|conv_k3_w8_d1|conv_k3_w16_d1|conv_k3_w24_d0|head_w0",
            "it is written 'skip'"
        ),
        ("nas-bench-201", "|none~0|", "it has 1 groups joined by '+', expected 3"),
        ("nas-bench-201", "|none~1|+|none~0|none~1|+|none~0|none~1|none~2|", "'none~1' should end with '~0'"),
        (
            "nas-bench-201", "|conv~0|+|none~0|none~1|+|none~0|none~1|none~2|",
            "'conv' is no operation; known: none"
        ),
        (
            "nas-bench-201", "none~0+|none~0|none~1|+|none~0|none~1|none~2|",
            "'none~0' should hold 1 operations"
        ),
        ("fbnet", "skip|skip", "it has 2 layers, expected 22"),
        (
            "fbnet", Array(repeating: "k9_e1", count: 22).joined(separator: "|"),
            "layer 1 is 'k9_e1', expected one of"
        ),
        ("fbnet", "", "expected 22"),
    ]

    @Test("An unknown architecture is refused with the part that is wrong", arguments: architectures)
    func refusesArchitecture(_ name: String, _ text: String, _ message: String) throws {
        let space = try shippedSpace(name)
        #expect {
            try space.genotype(architecture: text)
        } throws: { "\($0)".contains(message) && "\($0)".contains("is no architecture of \(name)") }
    }

    @Test(
        "An unknown or wrongly ordered compression is refused",
        arguments: ["int4", "int8>structured(0.5)", "", "int8>"])
    func refusesCompression(_ text: String) throws {
        let space = try shippedSpace("tiny-image")
        let architecture = space.architecture(of: space.smallest)
        #expect {
            try space.genotype(architecture: architecture, compression: text)
        } throws: { "\($0)".contains("is not one of its steps here") }
    }
}
