import CKernels

/// The product of an M × K and a K × N matrix, row-major, and its gradients.
public final class TrainingProduct: Sendable {
    private let kernels: TrainingKernels
    private let rows, depth, columns: Int
    private let forwardTable, backwardTable: GatherTable
    private let pairs: PairTable

    /// The product of [rows, depth] and [depth, columns].
    public init(rows: Int, depth: Int, columns: Int, kernels: TrainingKernels) {
        self.kernels = kernels
        self.rows = rows
        self.depth = depth
        self.columns = columns
        let tileRows = kernels.tileRows
        forwardTable = GatherTable(count: rows, depth: depth, width: columns, tileRows: tileRows)
        backwardTable = GatherTable(count: rows, depth: columns, width: depth, tileRows: tileRows)
        pairs = PairTable(count: rows, depth: depth, width: columns)
    }

    /// Floats of the first matrix.
    public var aCount: Int { rows * depth }
    /// Floats of the second matrix.
    public var bCount: Int { depth * columns }
    /// Floats of the result.
    public var resultCount: Int { rows * columns }

    private var zeroCount: Int { max(depth, columns) + 64 }
    /// Floats of scratch memory that each call needs; their contents do not matter.
    public var scratchCount: Int {
        zeroCount + max(depth * kernels.padded(columns), columns * kernels.padded(depth)) + 64
            + workspaceCount
    }
    private var workspaceCount: Int {
        max(rows * max(depth, columns) / 2 + 32, 32 * (depth + columns + 32)) + 16
    }

    private func cut(
        _ scratch: FloatBlock
    ) -> (zeros: FloatBlock, packed: FloatBlock, workspace: FloatBlock) {
        let zeros = scratch.part(0, zeroCount)
        zeros.fill(0)
        let end = scratchCount - workspaceCount
        return (zeros, scratch.part(zeroCount, end - zeroCount), scratch.part(end, workspaceCount))
    }

    private func check(_ a: FloatBlock, _ b: FloatBlock, _ result: FloatBlock) {
        precondition(
            a.count == aCount && b.count == bCount && result.count == resultCount,
            "TrainingProduct: sizes differ")
    }

    private func once(_ count: Int) -> TrainImages {
        TrainImages(count: 1, input_stride: 0, output_stride: 0, input_count: Int64(count))
    }

    /// y = a · b.
    public func forward(_ a: FloatBlock, _ b: FloatBlock, into y: FloatBlock, scratch: FloatBlock) {
        check(a, b, y)
        let (zeros, packed, workspace) = cut(scratch)
        kernels.table.pointee.pack(
            b.base, 1, Int32(depth), Int32(columns), 0, Int64(columns), 1, packed.base)
        forwardTable.withTable {
            kernels.table.pointee.gather_product(
                $0, once(aCount), a.base, Int32(depth), packed.base, 1, Int32(columns), nil, zeros.base, 0,
                y.base,
                workspace.base)
        }
    }

    /// da += dy · bᵀ.
    public func addGradientOfA(_ dy: FloatBlock, _ b: FloatBlock, into da: FloatBlock, scratch: FloatBlock) {
        check(da, b, dy)
        let (zeros, packed, workspace) = cut(scratch)
        kernels.table.pointee.pack(
            b.base, 1, Int32(columns), Int32(depth), 0, 1, Int64(columns), packed.base)
        backwardTable.withTable {
            kernels.table.pointee.gather_product(
                $0, once(resultCount), dy.base, Int32(columns), packed.base, 1, Int32(depth), nil, zeros.base,
                1,
                da.base, workspace.base)
        }
    }

    /// db += aᵀ · dy.
    public func addGradientOfB(_ a: FloatBlock, _ dy: FloatBlock, into db: FloatBlock, scratch: FloatBlock) {
        check(a, db, dy)
        let (_, sums, workspace) = cut(scratch)
        sums.fill(0)
        pairs.withTable {
            kernels.table.pointee.outer_product(
                $0, once(aCount), a.base, Int32(depth), dy.base, Int32(columns), sums.base, workspace.base)
        }
        let stride = kernels.padded(columns)
        for row in 0..<depth {
            for column in 0..<columns { db[row * columns + column] += sums[row * stride + column] }
        }
    }
}
