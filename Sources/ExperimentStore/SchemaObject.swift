import GRDB

/// A table, index, view or trigger, as SQLite keeps it.
struct SchemaObject: Hashable {
    let kind, name, sql: String

    /// All but what SQLite makes itself (indices of constraints, statistics).
    static func all(of database: Database) throws -> Set<SchemaObject> {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT type, name, sql FROM sqlite_schema
                WHERE NOT (sql IS NULL AND name LIKE 'sqlite\\_autoindex\\_%' ESCAPE '\\')
                AND name NOT LIKE 'sqlite\\_stat_' ESCAPE '\\'
                """)
        return Set(
            try rows.map { row in
                let fields = Fields(row, of: "sqlite_schema")
                return SchemaObject(
                    kind: try fields.text("type"), name: try fields.text("name"),
                    sql: try fields.optionalText("sql") ?? "")
            })
    }

    /// What a database of a version holds.
    static func all(ofVersion version: Int) throws -> Set<SchemaObject> {
        try DatabaseQueue(configuration: .takingSteps).writeWithoutTransaction { database in
            for step in Schema.steps.prefix(version) { try database.execute(sql: step) }
            return try all(of: database)
        }
    }
}

extension ExperimentStore {
    /// Refuses a database whose tables are not ours to the letter: another type of column, a missing constraint or a trigger
    /// would make the rows mean something else.
    static func checkSchema(_ database: Database, version: Int, path: String) throws {
        let found = try SchemaObject.all(of: database)
        let known = try SchemaObject.all(ofVersion: version)
        let differing = found.symmetricDifference(known).map(\.name).min()
        if let differing { throw StoreError.differentSchema(path: path, name: differing) }
    }
}
