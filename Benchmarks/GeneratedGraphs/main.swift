import Archives
import Engine
import Foundation
import ModelGraph
import ONNXFormat
import TFLiteFormat

/// `generated-graphs FOLDER`: every operation that can be exported, in float32, with float16 weights and in int8 (a weight scale
/// for each channel, and one a tensor), as ONNX and TFLite files with Swiftlet's own answers beside them (`inputs.npz`, `NAME.TYPE.npz`), for `scripts/compare-runtimes
/// --generated FOLDER`. `refused.csv` says what was not written, and why.
guard CommandLine.arguments.count == 2 else {
    print("usage: generated-graphs FOLDER")
    exit(2)
}
let folder = URL(fileURLWithPath: CommandLine.arguments[1])
try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
let samples = 8
let inputs = Samples(count: samples, shape: GraphCase.input)
try NPZ.write([(name: "image", array: inputs.array)], to: folder.appendingPathComponent("inputs.npz").path)
var refused = ["name,type,format,reason"]
var written = 0

for graphCase in GraphCase.all {
    let graph = try graphCase.graph()
    let forms: [(type: String, graph: Graph)] = [
        ("float32", graph), ("float16", graph), ("int8", try inputs.quantized(graph)),
        ("int8-per-tensor", try inputs.quantized(graph, weightScales: .perTensor)),
    ]
    for (type, form) in forms {
        // What has no int8 form stays real and was compared already.
        if type == "int8", !form.values.contains(where: { $0.type.dataType == .int8 }) { continue }
        if type == "int8-per-tensor", form == forms[2].graph { continue }
        let isHalf = type == "float16"
        // Halves are compared with the graph that ONNX runtimes see: weights rounded to sixteen bits.
        let own = isHalf ? try graph.converted(to: Assignment(.float16)) : form
        if isHalf, own == graph { continue }
        let answers = try inputs.answers(of: own)
        let stem = folder.appendingPathComponent("\(graphCase.name).\(type)")
        try NPZ.write([(name: "output", array: answers)], to: stem.path + ".npz")
        do {
            let options = ONNXWriteOptions(storesWeightsAsFloat16: isHalf)
            try Data(try ONNXModel.write(form, options: options)).write(
                to: URL(fileURLWithPath: stem.path + ".onnx"))
            written += 1
        } catch {
            refused.append("\(graphCase.name),\(type),onnx,\"\(error)\"")
        }
        do {
            let options = TFLiteOptions(storesHalfWeights: isHalf)
            try Data(try TFLiteModel.write(form, options: options)).write(
                to: URL(fileURLWithPath: stem.path + ".tflite"))
            written += 1
        } catch {
            refused.append("\(graphCase.name),\(type),tflite,\"\(error)\"")
        }
    }
}
try refused.joined(separator: "\n").write(
    to: folder.appendingPathComponent("refused.csv"), atomically: true, encoding: .utf8)
print("\(written) files of \(GraphCase.all.count) graphs written, \(refused.count - 1) refused (refused.csv)")
