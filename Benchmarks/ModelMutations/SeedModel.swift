import Engine
import Foundation
import ModelGraph
import ONNXFormat
import TFLiteFormat

/// A file whose damaged copies are read.
struct SeedModel {
    enum Outcome { case ran, refusedToRun, refused }

    let name: String
    let bytes: [UInt8]
    private let isONNX: Bool

    /// The model files of a folder and below, in the order of their paths, but for large ones.
    static func all(in folder: String, atMost size: Int) throws -> [SeedModel] {
        let paths = (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
            .sorted()
        return try paths.filter { $0.hasSuffix(".onnx") || $0.hasSuffix(".tflite") }.compactMap { path in
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(path)")))
            guard bytes.count <= size else { return nil }
            return SeedModel(name: path, bytes: bytes, isONNX: path.hasSuffix(".onnx"))
        }
    }

    /// What becomes of a damaged copy: it is read, written in both formats, and run if that takes little.
    func outcome(of damaged: [UInt8]) -> Outcome {
        guard let graph = try? read(damaged) else { return .refused }
        _ = try? ONNXModel.write(graph)
        _ = try? TFLiteModel.write(graph)
        guard graph.counts.macs < 10_000_000, let plan = try? Plan(graph, memoryLimit: 64 << 20) else {
            return .refusedToRun
        }
        let worker = Worker(plan)
        worker.resetStates()
        for _ in 0..<2 {
            worker.run()
            worker.carryStates()
        }
        return .ran
    }

    private func read(_ damaged: [UInt8]) throws -> Graph {
        if isONNX {
            let options = ONNXReadOptions(memoryBytes: 64 << 20)
            return try ONNXModel.read(bytes: damaged, file: name, options: options).graph
        }
        return try TFLiteModel.parse(damaged, file: name).graph
    }
}

/// How many mutants ended in which way.
struct Tally: CustomStringConvertible {
    private var ran = 0, refusedToRun = 0, refused = 0

    mutating func add(_ outcome: SeedModel.Outcome) {
        switch outcome {
        case .ran: ran += 1
        case .refusedToRun: refusedToRun += 1
        case .refused: refused += 1
        }
    }

    var description: String { "\(ran) ran, \(refusedToRun) read and not run, \(refused) refused" }

    /// The most memory that the process has held.
    static var peakMebibytes: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return usage.ru_maxrss / 1024
    }
}
