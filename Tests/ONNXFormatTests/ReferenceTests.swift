import Engine
import Foundation
import ModelGraph
import ONNXFormat
import Testing

/// Models and the answers of ONNX Runtime to them.
enum References {
    static let folder = ProcessInfo.processInfo.environment["SWIFTLET_ONNX_REFERENCES"].map {
        URL(fileURLWithPath: $0)
    }
    static let models: [String] = {
        guard let folder, let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            return []
        }
        return files.filter { file in
            file.hasSuffix(".onnx")
                && FileManager.default.fileExists(
                    atPath: folder.appendingPathComponent(file.dropLast(5) + ".output.pb").path)
        }.sorted()
    }()
}

/// Skipped unless SWIFTLET_ONNX_REFERENCES names a folder that `scripts/onnx-references` has filled with answers of ONNX Runtime.
@Suite("ONNXReferences", .serialized, .enabled(if: !References.models.isEmpty))
struct ReferenceTests {
    @Test(
        "float32 within 1e-4 of the output range, int8 within one step for 99.9 % of values",
        arguments: References.models)
    func agreesWithONNXRuntime(file: String) throws {
        let folder = try #require(References.folder)
        let name = String(file.dropLast(5))
        let graph = try ONNXModel.read(path: folder.appendingPathComponent(file).path).graph
        try compare(graph, name, in: folder)
    }

    /// Reads what Swiftlet itself writes, too.
    @Test("The same after writing and reading again", arguments: References.models)
    func agreesAfterWriting(file: String) throws {
        let folder = try #require(References.folder)
        let graph = try ONNXModel.read(path: folder.appendingPathComponent(file).path).graph
        let bytes = try ONNXModel.write(graph)
        #expect(try ONNXModel.write(graph) == bytes)
        #expect(try ONNXModel.read(bytes: bytes, file: file).graph == graph)
    }

    private func compare(_ graph: Graph, _ name: String, in folder: URL) throws {
        let inputs = try ONNXModel.readTensor(path: folder.appendingPathComponent("\(name).input.pb").path)
        let outputs = try ONNXModel.readTensor(path: folder.appendingPathComponent("\(name).output.pb").path)
        let (x, expected) = (try #require(inputs.floats), try #require(outputs.floats))
        let plan = try Plan(graph)
        let worker = Worker(plan)
        let width = x.count / inputs.shape[0]
        let results = expected.count / inputs.shape[0]
        let range = (expected.max() ?? 0) - (expected.min() ?? 0)
        let step = graph.outputStep
        let tolerance = step.map { $0 * 1.001 } ?? 1e-4 * range
        var (far, largest) = (0, Float(0))
        for sample in 0..<inputs.shape[0] {
            let slice = Array(x[sample * width..<(sample + 1) * width])
            worker.setInput(0, floats: slice.span)
            worker.run()
            for (index, value) in worker.output(0).enumerated() {
                let difference = abs(value - expected[sample * results + index])
                largest = max(largest, difference)
                if !(difference <= tolerance) { far += 1 }
            }
        }
        let allowed = step == nil ? 0 : expected.count / 1000
        print(
            "\(name): largest difference \(largest / range) of the range, \(far) of \(expected.count) beyond tolerance"
        )
        #expect(far <= allowed, "\(far) of \(expected.count) values differ by more than \(tolerance)")
    }
}

extension Graph {
    /// The step of the integers behind the first output; nil where it is computed in real numbers.
    fileprivate var outputStep: Float? {
        guard let last = nodes.last(where: { $0.output == outputs[0] }), last.operation == .dequantize else {
            return nil
        }
        return self[last.inputs[0]].type.quantization?.scale
    }
}
