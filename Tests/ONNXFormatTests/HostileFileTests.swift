import Determinism
import Foundation
import ModelGraph
import ONNXFormat
import Testing

/// Files that are broken on purpose: each gives one sentence, none a trap.
@Suite("Hostile files")
struct HostileFileTests {
    private func problem(_ model: WireModel) -> String? {
        do {
            _ = try ONNXModel.read(bytes: model.bytes, file: "hostile.onnx")
            return nil
        } catch { return error.description }
    }

    @Test("Truncated at any byte, a model is refused or still whole")
    func truncated() throws {
        let bytes = try ONNXModel.write(try SampleGraphs.residual())
        for count in stride(from: 0, to: bytes.count, by: 37) {
            do { _ = try ONNXModel.read(bytes: Array(bytes[..<count]), file: "short") } catch {
                #expect(error.description.contains("short: "))
            }
        }
    }

    @Test("Mutated models never trap (SWIFTLET_MUTANTS sets how many; 100,000 before a release)")
    func mutated() throws {
        let count = ProcessInfo.processInfo.environment["SWIFTLET_MUTANTS"].flatMap(Int.init) ?? 20_000
        var seeds = [
            try ONNXModel.write(try SampleGraphs.residual()),
            try ONNXModel.write(try SampleGraphs.activations()),
            try ONNXModel.write(try SampleGraphs.residual().quantized { _ in -2...2 }),
        ]
        if RealData.hasModels {
            let path = RealData.models.appendingPathComponent("mnist_8/model.onnx")
            seeds.append([UInt8](try Data(contentsOf: path)))
        }
        if RealData.hasBackendData {
            for folder in RealData.folders(in: RealData.backend.appendingPathComponent("node")) {
                seeds.append([UInt8](try Data(contentsOf: folder.appendingPathComponent("model.onnx"))))
            }
        }
        let options = ONNXReadOptions(memoryBytes: 64 << 20)
        for mutant in 0..<count {
            var random = RandomStream(seed: 7, .mutation, UInt64(mutant))
            var bytes = seeds[random.index(below: seeds.count)]
            for _ in 0...random.index(below: 8) { random.damage(&bytes) }
            _ = try? ONNXModel.read(bytes: bytes, file: "mutant", options: options)
        }
    }

    @Test("Random bytes are not a model")
    func randomBytes() {
        for seed in 0..<200 as Range<UInt64> {
            var random = RandomStream(seed: seed, .mutation)
            let bytes = (0..<random.index(below: 400)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(throws: ONNXError.self) { try ONNXModel.read(bytes: bytes, file: "random") }
        }
    }

    @Test("Nodes that wait for each other are a cycle")
    func cycle() {
        let model = WireModel(
            nodes: [.init("Relu", ["b"], ["a"]), .init("Relu", ["a"], ["b"])], inputs: [.init("x", [1, 4])],
            outputs: ["a"])
        #expect(problem(model)?.contains("cycle") == true)
    }

    @Test("A range of real numbers has as many as its bounds allow, however far apart they are")
    func ranges() {
        func model(_ limit: Float, _ step: Float) -> WireModel {
            WireModel(
                nodes: [.init("Range", ["a", "b", "c"], ["r"]), .init("Add", ["x", "r"], ["y"])],
                inputs: [.init("x", [1, 1])], outputs: ["y"],
                initializers: [.init("a", [], [0]), .init("b", [], [limit]), .init("c", [], [step])])
        }
        #expect(problem(model(1, 1)) == nil)
        // No numbers at all, as an empty shape; and too many.
        for (limit, step) in [(-1e30, 1e-3), (3e38, -1e-38), (1, -1)] as [(Float, Float)] {
            #expect(problem(model(limit, step))?.contains("Int.min") != true)
        }
        #expect(problem(model(3e38, 1e-38))?.contains("2³⁰") == true)
    }

    @Test("Boxes, indices and weights that do not fit are refused with what does not")
    func misfits() {
        func problem(_ type: String, _ shapes: [[Int]]) -> String? {
            let inputs = shapes.enumerated().map { WireModel.Input("x\($0.offset)", $0.element) }
            let node = WireModel.Node(type, inputs.map(\.name), ["y"])
            return self.problem(WireModel(nodes: [node], inputs: inputs, outputs: ["y"], operatorSet: 13))
        }
        let boxes = problem("NonMaxSuppression", [[1, 5, 3], [1, 2, 5]])
        #expect(boxes?.contains("scores [1, 2, 5] do not fit boxes [1, 5, 3]") == true)
        #expect(problem("NonMaxSuppression", [[1, 5, 4], [1, 5]])?.contains("do not fit") == true)
        #expect(problem("GatherElements", [[3, 4], [2]])?.contains("indices [2] do not fit [3, 4]") == true)
        #expect(problem("GatherND", [[3, 4], [2, 3]])?.contains("do not fit") == true)
        #expect(problem("Conv", [[1, 2, 3, 4, 5], [2, 2, 1, 1]])?.contains("constant") == true)
    }

    @Test("A name that nothing provides is named")
    func missingInitializer() {
        let model = WireModel(
            nodes: [.init("Add", ["x", "lost"], ["y"])], inputs: [.init("x", [1, 4])], outputs: ["y"])
        #expect(problem(model)?.contains("'lost'") == true)
    }

    @Test("Dimensions that overflow or exceed the memory limit are refused before anything is allocated")
    func hugeDimensions() {
        let relu = WireModel.Node("Relu", ["x"], ["y"])
        for shape in [[1 << 31, 1 << 31], [1 << 62, 4], [1, 1 << 36]] {
            let model = WireModel(nodes: [relu], inputs: [.init("x", shape)], outputs: ["y"])
            #expect(problem(model)?.contains("--max-memory") == true)
        }
        let stored = WireModel(
            nodes: [.init("Add", ["x", "w"], ["y"])], inputs: [.init("x", [4])], outputs: ["y"],
            initializers: [.init("w", [1 << 40, 1 << 40], [])])
        #expect(problem(stored)?.contains("more elements") == true)
        let short = WireModel(
            nodes: [.init("Add", ["x", "w"], ["y"])], inputs: [.init("x", [4])], outputs: ["y"],
            initializers: [.init("w", [1 << 20], [1, 2])])
        #expect(problem(short)?.contains("the file holds") == true)
    }

    @Test("An operator set from the future, or from the past, says which one to export")
    func operatorSets() {
        for version in [6, 1000] {
            let model = WireModel(
                nodes: [.init("Relu", ["x"], ["y"])], inputs: [.init("x", [1, 4])], outputs: ["y"],
                operatorSet: version)
            #expect(problem(model)?.contains("operator set \(version)") == true)
        }
    }

    @Test("An unknown operator is refused with its node, its type and what to do")
    func unknownOperator() {
        let model = WireModel(
            nodes: [.init("Det", ["x"], ["y"], name: "mix")], inputs: [.init("x", [1, 4])], outputs: ["y"])
        let text = problem(model) ?? ""
        #expect(text.contains("'mix'") && text.contains("Det × 1") && text.contains("replace it"))
    }

    @Test("A chain of 100,000 nodes is read")
    func longChain() throws {
        let nodes = (0..<100_000).map { WireModel.Node("Neg", ["v\($0)"], ["v\($0 + 1)"]) }
        let model = WireModel(nodes: nodes, inputs: [.init("v0", [1, 4])], outputs: ["v100000"])
        #expect(try ONNXModel.read(bytes: model.bytes, file: "long").graph.nodes.count == 100_000)
        let reversed = WireModel(
            nodes: nodes.reversed(), inputs: [.init("v0", [1, 4])], outputs: ["v100000"])
        #expect(try ONNXModel.read(bytes: reversed.bytes, file: "long").graph.nodes.count == 100_000)
    }

    @Test("Weights that are not numbers are refused")
    func notANumber() {
        let model = WireModel(
            nodes: [.init("Add", ["x", "w"], ["y"])], inputs: [.init("x", [2])], outputs: ["y"],
            initializers: [.init("w", [2], [.nan, 1])])
        #expect(problem(model)?.contains("'w': holds NaN") == true)
    }

    @Test("External data is read from the model's folder only")
    func externalData() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "swiftlet-external-\(ProcessInfo.processInfo.processIdentifier)")
        let inside = folder.appendingPathComponent("model")
        try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let weights = Tensor([2], [3, 4]).bytes
        try Data(weights).write(to: inside.appendingPathComponent("w.bin"))
        try Data(weights).write(to: folder.appendingPathComponent("outside.bin"))
        try FileManager.default.createSymbolicLink(
            at: inside.appendingPathComponent("link.bin"),
            withDestinationURL: folder.appendingPathComponent("outside.bin"))
        func read(_ location: String, offset: Int = 0) throws -> Graph {
            let model = WireModel(
                nodes: [.init("Add", ["x", "w"], ["y"])], inputs: [.init("x", [2])], outputs: ["y"],
                initializers: [.init("w", [2], [], location: location, offset: offset)])
            let path = inside.appendingPathComponent("model.onnx")
            try Data(model.bytes).write(to: path)
            return try ONNXModel.read(path: path.path).graph
        }
        #expect(try read("w.bin").run([Tensor([2], [1, 1])])[0].floats == [4, 5])
        for location in [
            "../outside.bin", folder.appendingPathComponent("outside.bin").path, "link.bin", "", "lost.bin",
        ] {
            #expect(throws: ONNXError.self) { try read(location) }
        }
        #expect(throws: ONNXError.self) { try read("w.bin", offset: 4) }
    }
}

extension RandomStream {
    /// One change as fuzzers make them.
    fileprivate mutating func damage(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = index(below: bytes.count)
        switch index(below: 5) {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: next())
        case 1: bytes[place] ^= 1 << UInt8(index(below: 8))
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + index(below: 8)))
        case 3:
            bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + index(below: 32))], at: place)
        default: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF][index(below: 5)]
        }
    }
}
