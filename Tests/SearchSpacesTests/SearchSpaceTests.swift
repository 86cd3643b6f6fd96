import Determinism
import ModelGraph
import SearchSpaces
import Testing

@Suite("Points of a space")
struct SearchSpaceTests {
    @Test("Architecture and compression strings are parsed back", arguments: shippedNames)
    func parsesWhatItPrints(_ name: String) throws {
        let space = try shippedSpace(name)
        var random = RandomStream(seed: 3, .proposal)
        for _ in 0..<300 {
            let genotype = space.sample(using: &random)
            let (architecture, compression) = (
                space.architecture(of: genotype), space.compression(of: genotype)
            )
            #expect(try space.genotype(architecture: architecture, compression: compression) == genotype)
        }
    }

    @Test("A mutation stays in the space and changes one choice that mattered", arguments: shippedNames)
    func mutatesOneChoice(_ name: String) throws {
        let space = try shippedSpace(name)
        var random = RandomStream(seed: 5, .mutation)
        var genotype = space.sample(using: &random)
        for _ in 0..<300 {
            let next = space.mutate(genotype, using: &random)
            #expect(space.contains(next) && space.normalForm(next) == next)
            #expect(space.editCount(genotype, next) == 1)
            genotype = next
        }
    }

    @Test("Neighbours are distinct normal forms one edit away", arguments: shippedNames)
    func neighboursAreOneEditAway(_ name: String) throws {
        let space = try shippedSpace(name)
        var random = RandomStream(seed: 7, .proposal)
        for _ in 0..<20 {
            let genotype = space.sample(using: &random)
            let neighbours = space.neighbours(of: genotype)
            #expect(Set(neighbours).count == neighbours.count && !neighbours.contains(genotype))
            for neighbour in neighbours {
                #expect(space.normalForm(neighbour) == neighbour)
                #expect(space.editCount(genotype, neighbour) == 1)
            }
        }
    }

    @Test("A child has each choice that matters from a parent to which it mattered", arguments: shippedNames)
    func crossesChoices(_ name: String) throws {
        let space = try shippedSpace(name)
        var random = RandomStream(seed: 9, .proposal)
        for _ in 0..<100 {
            let (a, b) = (space.sample(using: &random), space.sample(using: &random))
            let child = space.cross(a, b, using: &random)
            #expect(space.contains(child) && space.normalForm(child) == child)
            for dimension in space.dimensions.indices where space.matters(dimension, in: child) {
                #expect([a, b].contains { $0[dimension] == child[dimension] })
            }
        }
    }

    @Test("Enumeration yields as many points as are counted, each once and in normal form")
    func enumeratesAllPoints() throws {
        let space = try SearchSpace(parsing: SmallSpace.text, file: "small.yaml")
        var seen: Set<Genotype> = []
        for point in space.points {
            #expect(space.normalForm(point) == point)
            seen.insert(point)
        }
        // stem 2 × stage (absent, or 2 depths × (separable 2 widths + inverted 2 widths × 2 expansions)) × 2 precisions
        #expect(space.count == 2 * (1 + 2 * (2 + 4)) * 2)
        #expect(seen.count == Int(space.count))
        #expect(Set(seen.map(space.id)).count == seen.count)
    }

    static let sizes: [(String, UInt128)] = [
        ("nas-bench-201", 15_625), ("fbnet", 984_770_902_183_611_232_881),
        // 12 stems × 64 early × 96 middle × 81 late × 3 heads × 12 compressions
        ("tiny-image", 214_990_848),
        // 30 stems × 40 early × 60 late × 12 compressions
        ("ds-cnn-audio", 864_000),
    ]

    @Test("Shipped spaces have the exact size that their files describe", arguments: sizes)
    func countsExactly(_ name: String, _ count: UInt128) throws {
        #expect(try shippedSpace(name).count == count)
    }

    @Test("NAS-Bench-201 enumerates 15,625 different strings")
    func enumeratesNASBench() throws {
        let space = try shippedSpace("nas-bench-201")
        #expect(Set(space.points.map(space.architecture)).count == 15_625)
    }

    @Test("An id never changes")
    func idsAreStable() throws {
        let tiny = try shippedSpace("tiny-image")
        let genotype = try tiny.genotype(
            architecture: "stem_k3_s2_w16|inverted_k3_e2_w24_d2|separable_k5_w32_d1|skip|head_w64",
            compression: "distill(largest)>structured(0.5)>int8")
        #expect(tiny.id(of: genotype) == Golden.tiny)
        let cells = try shippedSpace("nas-bench-201")
        let cell = try cells.genotype(
            architecture:
                "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|none~2|")
        #expect(cells.id(of: cell) == Golden.cell)
    }

    @Test("Choices of an absent stage do not change the id")
    func absentChoicesDoNotCount() throws {
        let space = try shippedSpace("tiny-image")
        let depth = try #require(space.dimensions.firstIndex { $0.name == "late.depth" })
        let width = try #require(space.dimensions.firstIndex { $0.name == "late.width" })
        var absent = space.largest
        absent[depth] = 0
        var other = absent
        other[width] = 0
        #expect(absent != other && space.id(of: absent) == space.id(of: other))
    }
}

private enum Golden {
    static let tiny = "15d685cd1d32ae7eb3a19a8021c2dbf42d152e0347ddb99270927bac963b0c94"
    static let cell = "cda633ea60dc05d76fe18f2b7dbcb53d8ab99ab91f4abc9e4b4358a14bf5af50"
}

extension SearchSpace {
    /// How many choices differ among those that matter in both.
    fileprivate func editCount(_ a: Genotype, _ b: Genotype) -> Int {
        dimensions.indices.count { matters($0, in: a) && matters($0, in: b) && a[$0] != b[$0] }
    }
}

/// A space small enough to write out.
enum SmallSpace {
    static let text = """
        version: 1
        name: small
        input: {height: 8, width: 8, channels: 1, outputs: 10}
        stem: {kernel: 3, width: [4, 8]}
        stages:
          - name: only
            operation: [separable, inverted]
            depth: [0, 1, 2]
            width: [8, 16]
            kernel: 3
            expansion: [2, 4]
        compression: {precision: [float32, int8]}
        """
}

@Suite("Narrowing a space's compressions")
struct NarrowingTests {
    @Test("A narrowed space keeps the ids of its points")
    func keepsIDs() throws {
        let space = try shippedSpace("tiny-image")
        let narrow = try space.narrowed(compression: [
            ("recipe", ["plain"]), ("pruning", ["structured(0.5)", "none"]),
        ])
        #expect(narrow.count == space.count / 3)
        var random = RandomStream(seed: 2, .proposal)
        for _ in 0..<50 {
            let genotype = narrow.sample(using: &random)
            let same = try space.genotype(
                architecture: narrow.architecture(of: genotype), compression: narrow.compression(of: genotype)
            )
            #expect(space.id(of: same) == narrow.id(of: genotype))
        }
    }

    @Test("Where a space offers to learn from a teacher, a job may name another one")
    func otherTeacher() throws {
        let narrow = try shippedSpace("tiny-image").narrowed(compression: [
            ("recipe", ["plain", "distill(big.onnx;features=5)"])
        ])
        #expect(narrow.teachers == ["big.onnx"])
        let texts = Set(narrow.corners.map(narrow.compression))
        #expect(texts.contains { $0.hasPrefix("distill(big.onnx;features=5.0)") }, "\(texts)")
        #expect(throws: SearchSpaceError.self) {
            try shippedSpace("nas-bench-201").narrowed(compression: [("recipe", ["distill(big.onnx)"])])
        }
    }

    @Test("Steps that nobody chooses among are known")
    func fixedSteps() throws {
        let space = try shippedSpace("tiny-image").narrowed(compression: [
            ("precision", ["int8"]), ("recipe", ["plain"]),
        ])
        #expect(space.fixedCompression == ["int8"])
    }

    @Test("A space may be narrowed to the one compression it has")
    func narrowsToNothing() throws {
        let space = try shippedSpace("nas-bench-201").narrowed(compression: [("precision", ["float32"])])
        #expect(space.count == 15_625)
    }

    @Test(
        "Options that the space lacks are refused",
        arguments: [("precision", ["int4"]), ("precison", ["int8"]), ("pruning", [])])
    func refusesUnknown(_ key: String, _ options: [String]) throws {
        let space = try shippedSpace("tiny-image")
        #expect(throws: SearchSpaceError.self) { try space.narrowed(compression: [(key, options)]) }
    }
}

@Suite("Which compressions go together")
struct CompressionChoiceTests {
    private func space(_ compression: String) throws -> SearchSpace {
        try SearchSpace(
            parsing: SmallSpace.text.replacing("{precision: [float32, int8]}", with: compression),
            file: "small.yaml")
    }

    @Test("Binary candidates have no pruning where the list has sparse ones")
    func binaryIsNotSparse() throws {
        let space = try space("{precision: [float32, binary], pruning: [none, magnitude(0.8), 2:4]}")
        #expect(space.count == 26 * (3 + 1))
        let texts = Set(space.points.map(space.compression))
        #expect(texts == ["none", "magnitude(0.8)", "2:4", "binary"])
    }

    @Test("Every pipeline of a space is one that compressions allow", arguments: shippedNames)
    func pipelinesAreValid(_ name: String) throws {
        let space = try shippedSpace(name)
        var random = RandomStream(seed: 13, .proposal)
        for _ in 0..<200 {
            let text = space.compression(of: space.sample(using: &random))
            #expect(try Compression(parsing: text).description == text)
        }
    }

    @Test("Uncompressed keeps the architecture")
    func removesCompression() throws {
        let space = try shippedSpace("tiny-image")
        let plain = space.uncompressed(space.smallest)
        #expect(space.compression(of: plain) == "none" && space.compression(of: space.smallest) != "none")
        #expect(space.architecture(of: plain) == space.architecture(of: space.smallest))
    }

    @Test(
        "Options that are none, or cannot go together, are refused",
        arguments: [
            ("{precision: [int4]}", "small.yaml:12: compression.precision[0]: compression 'int4'"),
            ("{pruning: [structured(2)]}", "a ratio above 0 and below 1"),
            ("{precision: [binary], pruning: [magnitude(0.5)]}", "small.yaml:12: compression"),
            (
                "{precision: [float32, binary], pruning: [magnitude(0.5), none]}",
                "binary weights have no zeros"
            ),
            ("{pruning: [structured(0.5), structured(0.50)]}", "stands twice"),
            ("{recipe: [plain, finetune(2)]}", "nothing before it to recover from"),
        ])
    func refusesWrongOptions(_ text: String, _ message: String) {
        #expect { try space(text) } throws: { "\($0)".contains(message) }
    }
}
