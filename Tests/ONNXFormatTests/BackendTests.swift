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
        #expect(report.passed.count >= 350)
        #expect(Double(report.namedPassed) >= 0.95 * Double(report.namedCount))
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
            "| of the named operators, float32, int8, uint8, inference | \(namedCount) |",
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

    /// Whether the issue names all its operators, and its types are those Swiftlet computes with, in inference mode.
    var isNamed: Bool {
        guard let contents, contents.operatorSet >= ONNXModel.oldestOperatorSet, !name.contains("training"),
            !contents.operators.isEmpty, contents.operators.allSatisfy(BackendCase.named.contains)
        else { return false }
        let resizes = contents.operators.contains("Resize")
        // Mean and deviation beside the result serve training.
        if contents.operators == ["LayerNormalization"], contents.outputs.count > 1 { return false }
        if resizes, ["cubic", "antialias", "tf_crop"].contains(where: name.contains) { return false }
        let types: Set<String?> = ["float32", "int8", "uint8"]
        // Shapes and axes are int64 inputs, Shape's result is int64 and ConvInteger's int32.
        let isShape = contents.operators == ["Shape"] || contents.operators.contains("ConvInteger")
        return contents.inputs.allSatisfy { types.contains($0.elementType) || $0.elementType == "int64" }
            && contents.outputs.allSatisfy { types.contains($0.elementType) || isShape }
    }

    /// The operators that ModelGraph has, and those that exporters surround them with.
    private static let named: Set<String> = [
        "Conv", "Gemm", "MatMul", "BatchNormalization", "AveragePool", "MaxPool", "GlobalAveragePool",
        "GlobalMaxPool", "Add",
        "Sub", "Mul", "Div", "Min", "Max", "Pow", "Relu", "HardSwish", "Sigmoid", "Tanh", "HardSigmoid",
        "Gelu", "LeakyRelu",
        "Clip", "Swish", "Abs", "Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Floor", "Ceil", "Round", "Sign",
        "Sin", "Cos",
        "Erf", "Softplus", "Softsign", "Concat", "Slice", "Reshape", "Flatten", "Transpose", "Pad", "Softmax",
        "Resize",
        "LRN", "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "Cast", "QuantizeLinear",
        "DequantizeLinear", "Constant",
        "ConstantOfShape", "Identity", "Dropout", "Shape", "Gather", "Unsqueeze", "Squeeze", "Tile", "Sum",
        "QLinearConv",
        "QLinearMatMul", "ConvInteger", "ConvTranspose", "LSTM", "GRU", "RNN", "Equal", "Greater", "Less",
        "GreaterOrEqual", "LessOrEqual", "And", "Or", "Xor", "Not", "Where", "LayerNormalization",
        "RMSNormalization", "InstanceNormalization", "GroupNormalization", "ArgMax", "ArgMin", "OneHot",
        "TopK",
        "CumSum", "Trilu", "Einsum", "DynamicQuantizeLinear", "DepthToSpace", "SpaceToDepth",
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
                for (index, output) in try model.graph.run(inputs).enumerated() {
                    let expected = try ONNXModel.readTensor(
                        path: data.appendingPathComponent("output_\(index).pb").path)
                    if let difference = output.difference(from: expected) { return .wrong(difference) }
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
