// What compression gains in time on this computer: random candidates of the image spaces in three precisions, and random
// layers as binary ones, int8, sparse and dense. CSV on standard output, times in microseconds.
// usage: compression-benchmark [--seeds N] [--spaces FOLDER] [--kernels SET] [--only layers|networks]

import Kernels
import SearchSpaces

struct Options {
    var seeds: UInt64 = 20
    var spaces = "search-spaces"
    var kernels = KernelSet.best
    var only: String?

    init(_ arguments: [String]) {
        var rest = arguments[...]
        while let option = rest.popFirst(), let value = rest.popFirst() {
            switch option {
            case "--seeds": seeds = UInt64(value) ?? seeds
            case "--spaces": spaces = value
            case "--kernels": kernels = KernelSet(named: value) ?? kernels
            case "--only": only = value
            default: print("unknown option \(option)")
            }
        }
    }
}

let options = Options(Array(CommandLine.arguments.dropFirst()))
print("# kernels \(options.kernels), bits counted by \(options.kernels.bitKernelsName)")
if options.only != "networks" {
    print("study,layer,baseline_us,candidate_us,speedup")
    for study in LayerStudy.allCases {
        try study.measure(seeds: 0..<options.seeds, kernels: options.kernels)
    }
}
if options.only != "layers" {
    print("space,architecture,float32_us,int8_us,bfloat16_us,int8_speedup,bfloat16_speedup")
    for name in ["tiny-image", "nas-bench-201", "fbnet"] {
        let space = try SearchSpace(contentsOf: "\(options.spaces)/\(name).yaml")
        try NetworkStudy(space: space).measure(seeds: 0..<options.seeds, kernels: options.kernels)
    }
}
