// Batch-1 latency of the engine on the reference models, one JSON line a model and precision.
// usage: engine-benchmark [--model NAME] [--precision float32|int8] [--seconds S] [--threads N] [--kernels SET] [--layers]
//        engine-benchmark --throughput SAMPLES [--model NAME] [--precision P] [--threads N]
//        engine-benchmark --write FOLDER

import Foundation
import Kernels

struct Options {
    var models = ReferenceModel.allCases
    var precisions = Arithmetic.allCases
    var seconds = 1.0
    var threads = 1
    var kernels = KernelSet.best
    var layers = false
    var samples: Int?
    var folder: String?

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst() {
            switch (option, rest.first) {
            case ("--layers", _): layers = true
            case ("--model", let value?): models = ReferenceModel(rawValue: value).map { [$0] } ?? []
            case ("--precision", let value?): precisions = Arithmetic(rawValue: value).map { [$0] } ?? []
            case ("--seconds", let value?): seconds = Double(value) ?? seconds
            case ("--threads", let value?): threads = Int(value) ?? threads
            case ("--kernels", let value?): kernels = KernelSet(named: value) ?? kernels
            case ("--throughput", let value?): samples = Int(value)
            case ("--write", let value?): folder = value
            default: break
            }
            if option != "--layers" { rest = rest.dropFirst() }
        }
    }
}

let options = Options(Array(CommandLine.arguments.dropFirst()))
if let folder = options.folder {
    for model in options.models { try model.write(to: URL(filePath: folder)) }
} else {
    let measurements = Measurements(options)
    for model in options.models {
        for precision in options.precisions {
            if let samples = options.samples {
                try measurements.throughput(model, precision, samples: samples)
            } else {
                try measurements.latency(model, precision)
            }
        }
    }
}
