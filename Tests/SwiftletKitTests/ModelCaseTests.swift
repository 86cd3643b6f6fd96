import Archives
import Foundation
import SwiftletKit
import Testing

/// Small models cut out of real ones or made after them, each with inputs and the answers of its own runtime.
@Suite("Model cases", .enabled(if: ModelCase.areHere))
struct ModelCaseTests {
    @Test("Every case gives the answers of its own runtime", arguments: ModelCase.all)
    func agrees(_ one: ModelCase) throws {
        let output = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
        defer { try? FileManager.default.removeItem(atPath: output) }
        _ = try ModelCommands.run(one.model, input: one.inputs, output: output)
        let found = try NPZ.read(path: output)
        for (name, expected) in try NPZ.read(path: one.expected) {
            let array = try #require(found.first { $0.name == name }?.array, "\(one) lacks \(name)")
            #expect(array.shape == expected.shape)
            #expect(zip(array.floats, expected.floats).allSatisfy { abs($0 - $1) <= expected.tolerance })
        }
    }

    @Test("An array with its channels last is no batch of images with channels first")
    func refusesOtherLayout() throws {
        let folder = ModelCase.folder.appending(path: "field/models")
        let output = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).npz").path
        #expect(throws: (any Error).self) {
            try ModelCommands.run(
                folder.appending(path: "channels-first.onnx").path,
                input: folder.appending(path: "channels-last-input.npy").path, output: output)
        }
    }
}

struct ModelCase: CustomTestStringConvertible, CustomStringConvertible {
    let model, inputs, expected: String

    var description: String { (model as NSString).lastPathComponent }
    var testDescription: String { description }

    static let folder: URL = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let given = ProcessInfo.processInfo.environment["SWIFTLET_DATA"]
        return given.map { URL(filePath: $0) } ?? root.appending(path: "../shared/data")
    }()

    static var areHere: Bool { !all.isEmpty }

    /// Cases that need element types or operators that the graph does not have.
    private static let later: Set<String> = ["detection_postprocess", "int16_conv"]

    static let all: [ModelCase] = [("field/models", ".npz"), ("real-models", ".inputs.npz")].flatMap {
        place, ending in
        let folder = folder.appending(path: place)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().filter { $0.hasSuffix(".expected.npz") }.compactMap { name -> ModelCase? in
            let stem = String(name.dropLast(".expected.npz".count))
            guard !later.contains(stem) else { return nil }
            let base = folder.appending(path: stem).path
            let model = [".onnx", ".tflite"].map { base + $0 }.first(where: FileManager.default.fileExists)
            return model.map {
                ModelCase(model: $0, inputs: base + ending, expected: folder.appending(path: name).path)
            }
        }
    }
}

extension NumberArray {
    /// One step of integers, 10⁻⁵ of the range of real numbers.
    fileprivate var tolerance: Float {
        switch elements {
        case .float32, .float16, .float64:
            let range = (floats.max() ?? 0) - (floats.min() ?? 0)
            return 1e-5 * max(range, 1e-6)
        default: return 1
        }
    }
}
