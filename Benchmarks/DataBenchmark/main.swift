import Archives
import Datasets
import Foundation
import ReaderMutations

// How fast data sets are read, what they read as, and whether damaged files are refused.
// Usage: data-benchmark pictures PATH | dump SOURCE PATH OUT.npz [SIZE FIT COLOUR] | mutate COUNT [SEED] [FIRST]

let arguments = Array(CommandLine.arguments.dropFirst())
let clock = ContinuousClock()

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// Seconds of processor time that this program has taken, on all cores.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func pictures(_ path: String) throws {
    var request = DatasetRequest(source: .imageFolder, path: path)
    var count = 0
    let begun = processorSeconds()
    let kept = try clock.measure { count = try Dataset(request).count }
    let busy = processorSeconds() - begun
    print(
        "loaded and decoded: \(count) pictures, \(Int(Double(count) / seconds(kept))) a second, "
            + "\(Int(Double(count) / busy)) a second of processor time")
    request.pictures.cacheLimit = 0
    let dataset = try Dataset(request)
    let read = min(dataset.count, 5000)
    let lazy = clock.measure { for index in 0..<read { _ = dataset.sample(index) } }
    print("decoded when asked for, one thread: \(Int(Double(read) / seconds(lazy))) a second")
}

func dump(_ arguments: [String]) throws {
    guard arguments.count >= 3, let source = DatasetSource(rawValue: arguments[0]) else {
        throw DatasetError.file("dump", detail: "needs SOURCE PATH OUT.npz")
    }
    var request = DatasetRequest(source: source, path: arguments[1])
    if arguments.count > 3, let size = Int(arguments[3]) {
        request.pictures.size = PictureSize(height: size, width: size)
        request.pictures.fit =
            arguments.count > 4 ? PictureOptions.Fit(rawValue: arguments[4]) ?? .crop : .crop
        request.pictures.colour = arguments.count > 5 ? PictureOptions.Colour(rawValue: arguments[5]) : nil
    }
    let dataset = try Dataset(request)
    let values = (0..<dataset.count).flatMap { dataset.sample($0) }
    try NPZ.write(
        [
            (name: "x", array: NumberArray([dataset.count] + dataset.sampleShape, .float32(values))),
            (name: "y", array: NumberArray([dataset.labels.count], .int32(dataset.labels))),
        ], to: arguments[2])
    print("\(dataset.count) samples of \(dataset.sampleShape), classes \(dataset.classNames)")
    for name in dataset.sampleNames.prefix(50) { print(name) }
}

func mutate(_ arguments: [String]) throws {
    let numbers = arguments.compactMap { Int($0) }
    let folder = try MutationRun.temporaryFolder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (count, seed) = (numbers.first ?? 1_000_000, numbers.count > 1 ? numbers[1] : 1)
    let start = numbers.count > 2 ? numbers[2] : 0
    for first in stride(from: start, to: start + count, by: 10_000) {
        var run: MutationRun?
        let time = try clock.measure {
            run = try MutationRun(
                count: min(10_000, start + count - first), seed: UInt64(seed), from: first, in: folder)
        }
        print("from \(first): \(run?.read ?? 0) read, \(run?.refused ?? 0) refused, \(seconds(time)) s")
    }
}

switch arguments.first {
case "pictures" where arguments.count > 1: try pictures(arguments[1])
case "dump": try dump(Array(arguments.dropFirst()))
case "mutate": try mutate(Array(arguments.dropFirst()))
default:
    print(
        "data-benchmark pictures PATH | dump SOURCE PATH OUT.npz [SIZE FIT COLOUR] | mutate COUNT [SEED] [FIRST]"
    )
}
