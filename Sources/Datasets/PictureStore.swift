import Dispatch
import Synchronization

/// Pictures of one size, decoded when they are asked for; the first ones are kept decoded.
public final class PictureStore: Sendable {
    let options: PictureOptions
    let size: PictureSize
    let colour: PictureOptions.Colour
    private let tree: FileTree
    private let paths: [String]
    /// The decoded pictures that fit into the limit, in order.
    private let kept: [UInt8]
    private let firstFault = Mutex<DatasetError?>(nil)

    /// Decodes every picture once, so that a damaged one is refused by its name, and keeps what the options allow.
    init(_ tree: FileTree, paths: [String], options: PictureOptions) throws(DatasetError) {
        self.tree = tree
        self.paths = paths
        self.options = options
        let form = try PictureForm(tree, paths: paths, options: options)
        (size, colour) = (form.size, form.colour)
        let bytes = size.height * size.width * colour.channels
        let keeps = min(paths.count, options.cacheLimit / bytes)
        let (size, colour) = (size, colour)
        kept = try decodeAll(paths.count, keeping: keeps, bytes: bytes) { index throws(DatasetError) in
            try PictureStore.decode(tree, paths[index], size, colour, options.fit)
        }
    }

    var count: Int { paths.count }
    private var sampleSize: Int { size.height * size.width * colour.channels }

    /// All pictures as bytes, one after another; nil where they are not all kept.
    var allBytes: [UInt8]? { kept.count == paths.count * sampleSize ? kept : nil }

    /// The first picture that could not be read any more after loading.
    var fault: DatasetError? { firstFault.withLock { $0 } }

    /// Copies one picture; zeros where its file is no longer what it was (see `fault`).
    func copy(_ index: Int, to destination: inout MutableSpan<Float>) {
        let length = sampleSize
        if (index + 1) * length <= kept.count {
            let values = kept
            let source = values.span.extracting(index * length..<(index + 1) * length)
            for i in 0..<length { destination[i] = Float(source[i]) }
            return
        }
        do throws(DatasetError) {
            let pixels = try PictureStore.decode(tree, paths[index], size, colour, options.fit)
            for i in 0..<length { destination[i] = Float(pixels[i]) }
        } catch {
            firstFault.withLock { if $0 == nil { $0 = error } }
            for i in 0..<length { destination[i] = 0 }
        }
    }

    private static func decode(
        _ tree: FileTree, _ path: String, _ size: PictureSize, _ colour: PictureOptions.Colour,
        _ fit: PictureOptions.Fit
    ) throws(DatasetError) -> [UInt8] {
        let picture = try Picture(
            decoding: tree.contents(of: path), as: colour, file: tree.path(of: path))
        return picture.size == size ? picture.pixels : picture.resized(to: size, fit: fit).pixels
    }
}

/// Decodes pictures on all cores; the first ones come out, the others are only checked.
private func decodeAll(
    _ count: Int, keeping: Int, bytes: Int,
    _ decode: @Sendable (Int) throws(DatasetError) -> [UInt8]
) throws(DatasetError) -> [UInt8] {
    var kept = [UInt8](repeating: 0, count: keeping * bytes)
    let fault = try kept.withUnsafeMutableBufferPointer { buffer throws(DatasetError) -> DatasetError? in
        // SAFETY: every picture has its own part of the buffer, and the buffer outlives the loop.
        nonisolated(unsafe) let base = buffer.baseAddress
        do throws(DatasetError) {
            _ = try inParallel(count) { index throws(DatasetError) in
                let pixels = try decode(index)
                if index < keeping, let base {
                    pixels.withUnsafeBufferPointer { source in
                        if let start = source.baseAddress {
                            (base + index * bytes).update(from: start, count: bytes)
                        }
                    }
                }
            }
            return nil
        } catch {
            return error
        }
    }
    if let fault { throw fault }
    return kept
}

/// The results of calls that do not depend on each other, in order; the faults of all that failed are thrown as one.
func inParallel<Result: Sendable>(
    _ count: Int, _ body: @Sendable (Int) throws(DatasetError) -> Result
) throws(DatasetError) -> [Result] {
    let chunk = 32
    let chunks = (count + chunk - 1) / chunk
    let outcomes = Mutex<[Int: (results: [Result], faults: [DatasetError])]>([:])
    withoutActuallyEscaping(body) { body in
        DispatchQueue.concurrentPerform(iterations: chunks) { number in
            var (results, faults): ([Result], [DatasetError]) = ([], [])
            for index in number * chunk..<min((number + 1) * chunk, count) {
                do throws(DatasetError) {
                    results.append(try body(index))
                } catch {
                    faults.append(error)
                }
            }
            let outcome = (results: results, faults: faults)
            outcomes.withLock { $0[number] = outcome }
        }
    }
    var results: [Result] = []
    results.reserveCapacity(count)
    let all = outcomes.withLock { $0 }
    var faults: [DatasetError] = []
    for number in 0..<chunks {
        guard let outcome = all[number] else { continue }
        results += outcome.results
        faults += outcome.faults
    }
    if let fault = DatasetError(joining: faults) { throw fault }
    return results
}
