import ModelGraph

/// The part of a shared tensor that a network uses: the first channels of each axis, the middle of kernels.
///
/// Held as runs of neighbouring elements; gathering and scattering copy run by run.
struct TensorView: Hashable, Sendable {
    /// `length` elements from `shared` of the shared memory stand at `own` of the network's constant.
    struct Run: Hashable, Sendable {
        var shared, own, length: Int
    }

    let runs: [Run]
    let count: Int

    /// Nil where `shape` does not fit into `whole`.
    ///
    /// - Parameter offset: where the shared tensor begins.
    init?(of shape: Shape, in whole: Shape, at offset: Int) {
        guard shape.rank == whole.rank, zip(shape.dimensions, whole.dimensions).allSatisfy(<=) else {
            return nil
        }
        count = shape.elementCount
        guard shape != whole else {
            runs = [Run(shared: offset, own: 0, length: count)]
            return
        }
        let starts = TensorView.starts(of: shape, in: whole)
        let strides = TensorView.strides(of: whole)
        let lasts = shape.dimensions.last ?? 1
        var runs: [Run] = []
        var index = [Int](repeating: 0, count: shape.rank)
        for own in stride(from: 0, to: count, by: max(lasts, 1)) {
            let shared = zip(zip(index, starts), strides).reduce(offset) { $0 + ($1.0.0 + $1.0.1) * $1.1 }
            if let last = runs.last, last.shared + last.length == shared {
                runs[runs.count - 1].length += lasts
            } else {
                runs.append(Run(shared: shared, own: own, length: lasts))
            }
            TensorView.advance(&index, in: shape)
        }
        self.runs = runs
    }

    /// Kernels (the middle axes of [output, height, width, input]) lie in the middle, all else begins at 0.
    private static func starts(of shape: Shape, in whole: Shape) -> [Int] {
        shape.dimensions.indices.map { axis in
            shape.rank == 4 && (axis == 1 || axis == 2) ? (whole[axis] - shape[axis]) / 2 : 0
        }
    }

    private static func strides(of shape: Shape) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.rank)
        for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        }
        return strides
    }

    /// The next index of all axes but the last.
    private static func advance(_ index: inout [Int], in shape: Shape) {
        for axis in stride(from: shape.rank - 2, through: 0, by: -1) {
            index[axis] += 1
            if index[axis] < shape[axis] { return }
            index[axis] = 0
        }
    }

    /// The network's elements, row-major.
    func gather(from shared: [Float]) -> [Float] {
        var own = [Float](repeating: 0, count: count)
        for run in runs {
            for i in 0..<run.length { own[run.own + i] = shared[run.shared + i] }
        }
        return own
    }
}
