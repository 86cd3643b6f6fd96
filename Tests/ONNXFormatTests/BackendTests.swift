import Foundation
import ModelGraph
import ONNXFormat
import Testing

/// ONNX's own test data: one small model for each corner of each operator, with inputs and outputs.
///
/// `docs/results/onnx-backend.md` states how many pass; this test holds it to that. Skipped where the data is absent.
@Suite("ONNX backend test data", .serialized, .enabled(if: RealData.hasBackendData))
struct BackendTests {
    @Test(
        "As many backend tests pass as docs/results/onnx-backend.md says, and those that do not are listed there"
    )
    func countsAsDocumented() throws {
        let report = BackendReport.make()
        if ProcessInfo.processInfo.environment["SWIFTLET_ONNX_REPORT"] != nil { print(report.text) }
        let page = try String(
            contentsOf: RealData.root.appendingPathComponent("docs/results/onnx-backend.md"), encoding: .utf8)
        #expect(report.namedPassed == report.namedCount)
        for line in report.countLines {
            #expect(page.contains(line), "docs/results/onnx-backend.md does not say: \(line)")
        }
        for exception in report.exceptions {
            #expect(
                page.contains("`\(exception.test)`"),
                "docs/results/onnx-backend.md does not list \(exception.test): \(exception.reason)")
        }
        // A model outside what is supported is refused by a sentence, never executed to a wrong result unnoticed.
        #expect(report.wrong.filter { !page.contains("`\($0.test)`") }.isEmpty)
    }
}

/// What became of every test in the data.
struct BackendReport {
    struct Exception {
        let test, reason: String
    }
    var passed: [String] = []
    var refused: [Exception] = []
    /// Imported and run, with another result.
    var wrong: [Exception] = []
    var namedCount = 0
    var namedPassed = 0
    /// Tests of named operators and types that do not pass.
    var exceptions: [Exception] = []
    var total: Int { passed.count + refused.count + wrong.count }

    var countLines: [String] {
        [
            "| tests in the data | \(total) |", "| pass | \(passed.count) |",
            "| named | \(namedCount) |",
            "| of these pass | \(namedPassed) |", "| refused with a sentence | \(refused.count) |",
        ]
    }

    var text: String {
        (countLines + exceptions.map { "EXCEPTION `\($0.test)`: \($0.reason)" }
            + wrong.map { "WRONG `\($0.test)`: \($0.reason)" }).joined(separator: "\n")
    }

    static func make() -> BackendReport {
        var report = BackendReport()
        for group in ["node", "pytorch-converted", "pytorch-operator", "simple"] {
            for folder in RealData.folders(in: RealData.backend.appendingPathComponent(group)) {
                report.add(BackendCase(folder))
            }
        }
        return report
    }

    private mutating func add(_ test: BackendCase) {
        let outcome = test.outcome()
        let isNamed = test.isNamed
        if isNamed { namedCount += 1 }
        switch outcome {
        case .passed:
            passed.append(test.name)
            if isNamed { namedPassed += 1 }
        case .refused(let reason):
            refused.append(Exception(test: test.name, reason: reason))
            if isNamed { exceptions.append(Exception(test: test.name, reason: reason)) }
        case .wrong(let reason):
            wrong.append(Exception(test: test.name, reason: reason))
            if isNamed { exceptions.append(Exception(test: test.name, reason: reason)) }
        }
    }
}

/// One folder of the data: a model, inputs and outputs.
struct BackendCase {
    enum Outcome { case passed, refused(String), wrong(String) }

    let folder: URL
    let name: String
    private let contents: ONNXContents?

    init(_ folder: URL) {
        self.folder = folder
        name = folder.lastPathComponent
        contents = try? ONNXModel.contents(path: folder.appendingPathComponent("model.onnx").path)
    }

    /// Whether it is about inference by operators that docs/onnx.md names, on element types that the graph has.
    var isNamed: Bool {
        guard let contents, contents.operatorSet >= ONNXModel.oldestOperatorSet, !name.contains("training"),
            !contents.operators.isEmpty, contents.operators.allSatisfy(ONNXModel.operators.contains)
        else { return false }
        return (contents.inputs + contents.outputs).allSatisfy { port in
            port.elementType.map(BackendCase.types.contains) ?? false
        }
    }

    /// double, strings, unsigned integers of more than eight bits and the smaller floats are none of the graph's.
    private static let types: Set = [
        "float32", "float16", "bfloat16", "int8", "uint8", "int16", "int32", "int64", "bool",
    ]

    func outcome() -> Outcome {
        do {
            let model = try imported()
            for set in 0..<8 {
                let data = folder.appendingPathComponent("test_data_set_\(set)")
                guard FileManager.default.fileExists(atPath: data.path) else { break }
                let inputs = try model.graph.inputs.map { id in
                    try tensor(named: model.graph[id].name, in: data)
                }
                guard zip(inputs, model.graph.inputs).allSatisfy({ $0.shape == model.graph[$1].type.shape })
                else {
                    return .refused("its data has other shapes than its model declares")
                }
                for (index, padded) in try model.graph.run(inputs).enumerated() {
                    let isPadded = model.paddedOutputs.contains(model.graph[model.graph.outputs[index]].name)
                    let output = isPadded ? padded.withoutPadding : padded
                    let expected = try ONNXModel.readTensor(
                        path: data.appendingPathComponent("output_\(index).pb").path)
                    // ONNX's tolerance is smaller than a step of bfloat16, whose steps round after each operation.
                    let relative: Float = expected.dataType == .bfloat16 ? 0x1p-7 : 1e-3
                    if let difference = output.difference(from: expected, relative: relative) {
                        return .wrong(difference)
                    }
                }
            }
            return .passed
        } catch let error as ONNXError {
            return .refused(error.problem.description)
        } catch { return .refused("\(error)") }
    }

    /// The model, with those inputs as constants that it needs to know (shapes, axes, weights).
    private func imported() throws -> ImportedModel {
        var options = ONNXReadOptions()
        let data = folder.appendingPathComponent("test_data_set_0")
        for port in contents?.inputs ?? [] {
            options.sampleShapes[port.name] = try? tensor(named: port.name, in: data).shape
        }
        for _ in 0..<32 {
            do {
                return try ONNXModel.read(
                    path: folder.appendingPathComponent("model.onnx").path, options: options)
            } catch {
                guard case .needsConstant(_, _, let input) = error.problem, options.fixedInputs[input] == nil
                else { throw error }
                options.fixedInputs[input] = try tensor(named: input, in: data)
            }
        }
        return try ONNXModel.read(path: folder.appendingPathComponent("model.onnx").path, options: options)
    }

    private func tensor(named name: String, in data: URL) throws -> Tensor {
        let place = contents?.inputs.firstIndex { $0.name == name } ?? 0
        return try ONNXModel.readTensor(path: data.appendingPathComponent("input_\(place).pb").path)
    }
}
