"""The crew: event types, shifts, participations, qualifications, hours, building blocks, guests and federation."""

import sqlalchemy as sa
from alembic import op

from joindin.db.base import UtcDateTime

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('clients', sa.Column('imported_secret_hash', sa.String(length=200), nullable=True))
    op.create_table('building_blocks',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('block_type', sa.String(length=20), nullable=False),
    sa.Column('allows_more', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_building_blocks')),
    sa.UniqueConstraint('uuid', name=op.f('uq_building_blocks_uuid')),
    sqlite_autoincrement=True
    )
    op.create_table('event_types',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=254), nullable=False),
    sa.Column('color', sa.String(length=7), nullable=False),
    sa.Column('participants_shown_to', sa.Integer(), nullable=False),
    sa.Column('default_description', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event_types')),
    sqlite_autoincrement=True
    )
    op.create_table('federation_invites',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('url', sa.String(length=255), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_federation_invites')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_federation_invites_code_hash')),
    sqlite_autoincrement=True
    )
    op.create_table('qualification_categories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('title', sa.String(length=254), nullable=False),
    sa.Column('is_shown_with_user', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qualification_categories')),
    sa.UniqueConstraint('uuid', name=op.f('uq_qualification_categories_uuid')),
    sqlite_autoincrement=True
    )
    op.create_table('questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.Column('text', sa.String(length=250), nullable=False),
    sa.Column('description', sa.Text(), nullable=True),
    sa.Column('is_required', sa.Boolean(), nullable=False),
    sa.Column('type', sa.String(length=20), nullable=False),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('is_archived', sa.Boolean(), nullable=False),
    sa.Column('uses_saved_answers', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_questions')),
    sqlite_autoincrement=True
    )
    op.create_table('resource_categories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=50), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_resource_categories')),
    sqlite_autoincrement=True
    )
    op.create_table('block_compositions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('block_id', sa.Integer(), nullable=False),
    sa.Column('part_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('is_optional', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['block_id'], ['building_blocks.id'], name=op.f('fk_block_compositions_block_id_building_blocks'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['part_id'], ['building_blocks.id'], name=op.f('fk_block_compositions_part_id_building_blocks')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block_compositions')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_block_compositions_block_id'), 'block_compositions', ['block_id'], unique=False)
    op.create_index(op.f('ix_block_compositions_part_id'), 'block_compositions', ['part_id'], unique=False)
    op.create_table('block_positions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('block_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('is_optional', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['block_id'], ['building_blocks.id'], name=op.f('fk_block_positions_block_id_building_blocks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block_positions')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_block_positions_block_id'), 'block_positions', ['block_id'], unique=False)
    op.create_table('block_requirements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('block_id', sa.Integer(), nullable=False),
    sa.Column('for_everyone', sa.Boolean(), nullable=False),
    sa.Column('at_least', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['block_id'], ['building_blocks.id'], name=op.f('fk_block_requirements_block_id_building_blocks'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block_requirements')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_block_requirements_block_id'), 'block_requirements', ['block_id'], unique=False)
    op.create_table('consequences',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(length=255), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_consequences_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consequences')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_consequences_state', 'consequences', ['state', 'id'], unique=False)
    op.create_index(op.f('ix_consequences_user_id'), 'consequences', ['user_id'], unique=False)
    op.create_table('crew_profiles',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('date_of_birth', sa.Date(), nullable=True),
    sa.Column('phone', sa.String(length=254), nullable=True),
    sa.Column('is_visible', sa.Boolean(), nullable=False),
    sa.Column('preferred_language', sa.String(length=10), nullable=True),
    sa.Column('calendar_token_hash', sa.String(length=64), nullable=True),
    sa.Column('muted_notifications', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_crew_profiles_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_crew_profiles')),
    sa.UniqueConstraint('calendar_token_hash', name=op.f('uq_crew_profiles_calendar_token_hash')),
    )
    op.create_table('crew_resources',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=50), nullable=False),
    sa.Column('category_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['category_id'], ['resource_categories.id'], name=op.f('fk_crew_resources_category_id_resource_categories'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crew_resources')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_crew_resources_category_id'), 'crew_resources', ['category_id'], unique=False)
    op.create_table('event_type_responsible_groups',
    sa.Column('event_type_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_types.id'], name=op.f('fk_event_type_responsible_groups_event_type_id_event_types'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], name=op.f('fk_event_type_responsible_groups_group_id_groups'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_type_id', 'group_id', name=op.f('pk_event_type_responsible_groups')),
    )
    op.create_index(op.f('ix_event_type_responsible_groups_group_id'), 'event_type_responsible_groups', ['group_id'], unique=False)
    op.create_table('event_type_responsible_users',
    sa.Column('event_type_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_types.id'], name=op.f('fk_event_type_responsible_users_event_type_id_event_types'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_event_type_responsible_users_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_type_id', 'user_id', name=op.f('pk_event_type_responsible_users')),
    )
    op.create_index(op.f('ix_event_type_responsible_users_user_id'), 'event_type_responsible_users', ['user_id'], unique=False)
    op.create_table('event_type_visible_groups',
    sa.Column('event_type_id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_types.id'], name=op.f('fk_event_type_visible_groups_event_type_id_event_types'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], name=op.f('fk_event_type_visible_groups_group_id_groups'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_type_id', 'group_id', name=op.f('pk_event_type_visible_groups')),
    )
    op.create_index(op.f('ix_event_type_visible_groups_group_id'), 'event_type_visible_groups', ['group_id'], unique=False)
    op.create_table('qualifications',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('title', sa.String(length=254), nullable=False),
    sa.Column('abbreviation', sa.String(length=254), nullable=False),
    sa.Column('category_id', sa.Integer(), nullable=False),
    sa.Column('is_imported', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['category_id'], ['qualification_categories.id'], name=op.f('fk_qualifications_category_id_qualification_categories')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qualifications')),
    sa.UniqueConstraint('uuid', name=op.f('uq_qualifications_uuid')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_qualifications_category_id'), 'qualifications', ['category_id'], unique=False)
    op.create_table('saved_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_saved_answers_question_id_questions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_saved_answers_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_answers')),
    sa.UniqueConstraint('user_id', 'question_id', name=op.f('uq_saved_answers_user_id_question_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_saved_answers_question_id'), 'saved_answers', ['question_id'], unique=False)
    op.create_table('working_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('hours', sa.Numeric(precision=7, scale=2), nullable=False),
    sa.Column('reason', sa.String(length=1024), nullable=False),
    sa.Column('worked_on', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_working_hours_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_hours')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_working_hours_user_id', 'working_hours', ['user_id', 'worked_on'], unique=False)
    op.create_table('position_qualifications',
    sa.Column('position_id', sa.Integer(), nullable=False),
    sa.Column('qualification_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['position_id'], ['block_positions.id'], name=op.f('fk_position_qualifications_position_id_block_positions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['qualification_id'], ['qualifications.id'], name=op.f('fk_position_qualifications_qualification_id_qualifications'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('position_id', 'qualification_id', name=op.f('pk_position_qualifications')),
    )
    op.create_index(op.f('ix_position_qualifications_qualification_id'), 'position_qualifications', ['qualification_id'], unique=False)
    op.create_table('requirement_qualifications',
    sa.Column('requirement_id', sa.Integer(), nullable=False),
    sa.Column('qualification_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['qualification_id'], ['qualifications.id'], name=op.f('fk_requirement_qualifications_qualification_id_qualifications'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['requirement_id'], ['block_requirements.id'], name=op.f('fk_requirement_qualifications_requirement_id_block_requirements'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('requirement_id', 'qualification_id', name=op.f('pk_requirement_qualifications')),
    )
    op.create_index(op.f('ix_requirement_qualifications_qualification_id'), 'requirement_qualifications', ['qualification_id'], unique=False)
    op.create_table('crew_details',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('event_type_id', sa.Integer(), nullable=False),
    sa.Column('is_draft', sa.Boolean(), nullable=False),
    sa.Column('shifts_start_at', UtcDateTime(), nullable=True),
    sa.Column('shifts_end_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_crew_details_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_types.id'], name=op.f('fk_crew_details_event_type_id_event_types')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_crew_details')),
    )
    op.create_index(op.f('ix_crew_details_event_type_id'), 'crew_details', ['event_type_id'], unique=False)
    op.create_index('ix_crew_details_shifts_end_at', 'crew_details', ['shifts_end_at', 'event_id'], unique=False)
    op.create_index('ix_crew_details_shifts_start_at', 'crew_details', ['shifts_start_at', 'shifts_end_at', 'event_id'], unique=False)
    op.create_table('crew_guests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('display_name', sa.String(length=254), nullable=False),
    sa.Column('date_of_birth', sa.Date(), nullable=True),
    sa.Column('phone', sa.String(length=254), nullable=True),
    sa.Column('access_token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_crew_guests_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crew_guests')),
    sa.UniqueConstraint('access_token_hash', name=op.f('uq_crew_guests_access_token_hash')),
    sa.UniqueConstraint('event_id', 'email', name=op.f('uq_crew_guests_event_id_email')),
    sqlite_autoincrement=True
    )
    op.create_table('event_guest_shares',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('token', sa.String(length=254), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_guest_shares_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_guest_shares')),
    sa.UniqueConstraint('token', name=op.f('uq_event_guest_shares_token')),
    )
    op.create_table('event_qualifications',
    sa.Column('event_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('qualification_id', sa.Integer(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=True),
    sa.Column('mode', sa.Integer(), nullable=False),
    sa.Column('extends_only', sa.Boolean(), nullable=False),
    sa.Column('needs_confirmation', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_event_qualifications_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['qualification_id'], ['qualifications.id'], name=op.f('fk_event_qualifications_qualification_id_qualifications'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_event_qualifications')),
    )
    op.create_index(op.f('ix_event_qualifications_qualification_id'), 'event_qualifications', ['qualification_id'], unique=False)
    op.create_table('event_type_qualifications',
    sa.Column('event_type_id', sa.Integer(), nullable=False),
    sa.Column('qualification_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_type_id'], ['event_types.id'], name=op.f('fk_event_type_qualifications_event_type_id_event_types'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['qualification_id'], ['qualifications.id'], name=op.f('fk_event_type_qualifications_qualification_id_qualifications'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_type_id', 'qualification_id', name=op.f('pk_event_type_qualifications')),
    )
    op.create_index(op.f('ix_event_type_qualifications_qualification_id'), 'event_type_qualifications', ['qualification_id'], unique=False)
    op.create_table('federation_hosts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('url', sa.String(length=255), nullable=False),
    sa.Column('credentials', sa.JSON(), nullable=False),
    sa.Column('client_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_federation_hosts_client_id_clients'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_federation_hosts')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_federation_hosts_client_id'), 'federation_hosts', ['client_id'], unique=False)
    op.create_table('qualification_grants',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('qualification_id', sa.Integer(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=True),
    sa.Column('is_externally_managed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['qualification_id'], ['qualifications.id'], name=op.f('fk_qualification_grants_qualification_id_qualifications'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_qualification_grants_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_qualification_grants')),
    sa.UniqueConstraint('user_id', 'qualification_id', name=op.f('uq_qualification_grants_user_id_qualification_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_qualification_grants_expires_at', 'qualification_grants', ['expires_at'], unique=False)
    op.create_index(op.f('ix_qualification_grants_qualification_id'), 'qualification_grants', ['qualification_id'], unique=False)
    op.create_table('qualification_inclusions',
    sa.Column('qualification_id', sa.Integer(), nullable=False),
    sa.Column('included_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['included_id'], ['qualifications.id'], name=op.f('fk_qualification_inclusions_included_id_qualifications'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['qualification_id'], ['qualifications.id'], name=op.f('fk_qualification_inclusions_qualification_id_qualifications'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('qualification_id', 'included_id', name=op.f('pk_qualification_inclusions')),
    )
    op.create_index(op.f('ix_qualification_inclusions_included_id'), 'qualification_inclusions', ['included_id'], unique=False)
    op.create_table('shifts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=255), nullable=False),
    sa.Column('meets_at', UtcDateTime(), nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('signup_flow_slug', sa.String(length=100), nullable=False),
    sa.Column('signup_flow_configuration', sa.JSON(), nullable=False),
    sa.Column('structure_slug', sa.String(length=100), nullable=False),
    sa.Column('structure_configuration', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_shifts_event_id_events'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shifts')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_shifts_ends_at', 'shifts', ['ends_at', 'id'], unique=False)
    op.create_index('ix_shifts_event_id', 'shifts', ['event_id', 'meets_at', 'starts_at', 'id'], unique=False)
    op.create_index('ix_shifts_meets_at', 'shifts', ['meets_at', 'starts_at', 'id'], unique=False)
    op.create_index('ix_shifts_starts_at', 'shifts', ['starts_at', 'id'], unique=False)
    op.create_table('guest_qualifications',
    sa.Column('guest_id', sa.Integer(), nullable=False),
    sa.Column('qualification_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['guest_id'], ['crew_guests.id'], name=op.f('fk_guest_qualifications_guest_id_crew_guests'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['qualification_id'], ['qualifications.id'], name=op.f('fk_guest_qualifications_qualification_id_qualifications'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('guest_id', 'qualification_id', name=op.f('pk_guest_qualifications')),
    )
    op.create_index(op.f('ix_guest_qualifications_qualification_id'), 'guest_qualifications', ['qualification_id'], unique=False)
    op.create_table('shift_questions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_shift_questions_question_id_questions'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_shift_questions_shift_id_shifts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shift_questions')),
    sa.UniqueConstraint('shift_id', 'question_id', name=op.f('uq_shift_questions_shift_id_question_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_shift_questions_question_id'), 'shift_questions', ['question_id'], unique=False)
    op.create_table('shift_resources',
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('resource_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['resource_id'], ['crew_resources.id'], name=op.f('fk_shift_resources_resource_id_crew_resources'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_shift_resources_shift_id_shifts'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('shift_id', 'resource_id', name=op.f('pk_shift_resources')),
    )
    op.create_index(op.f('ix_shift_resources_resource_id'), 'shift_resources', ['resource_id'], unique=False)
    op.create_table('federation_guests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('url', sa.String(length=255), nullable=False),
    sa.Column('access_token_id', sa.Integer(), nullable=False),
    sa.Column('credentials', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['access_token_id'], ['access_tokens.id'], name=op.f('fk_federation_guests_access_token_id_access_tokens'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_federation_guests')),
    sa.UniqueConstraint('access_token_id', name=op.f('uq_federation_guests_access_token_id')),
    sqlite_autoincrement=True
    )
    op.create_table('federated_users',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('guest_id', sa.Integer(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('display_name', sa.String(length=254), nullable=False),
    sa.Column('date_of_birth', sa.Date(), nullable=True),
    sa.Column('phone', sa.String(length=254), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['guest_id'], ['federation_guests.id'], name=op.f('fk_federated_users_guest_id_federation_guests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_federated_users')),
    sa.UniqueConstraint('guest_id', 'email', name=op.f('uq_federated_users_guest_id_email')),
    sqlite_autoincrement=True
    )
    op.create_table('federation_shares',
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.Column('guest_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['events.id'], name=op.f('fk_federation_shares_event_id_events'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['guest_id'], ['federation_guests.id'], name=op.f('fk_federation_shares_guest_id_federation_guests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('event_id', 'guest_id', name=op.f('pk_federation_shares')),
    )
    op.create_index(op.f('ix_federation_shares_guest_id'), 'federation_shares', ['guest_id'], unique=False)
    op.create_table('federated_qualifications',
    sa.Column('federated_user_id', sa.Integer(), nullable=False),
    sa.Column('qualification_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['federated_user_id'], ['federated_users.id'], name=op.f('fk_federated_qualifications_federated_user_id_federated_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['qualification_id'], ['qualifications.id'], name=op.f('fk_federated_qualifications_qualification_id_qualifications'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('federated_user_id', 'qualification_id', name=op.f('pk_federated_qualifications')),
    )
    op.create_index(op.f('ix_federated_qualifications_qualification_id'), 'federated_qualifications', ['qualification_id'], unique=False)
    op.create_table('participations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('shift_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=True),
    sa.Column('guest_id', sa.Integer(), nullable=True),
    sa.Column('federated_user_id', sa.Integer(), nullable=True),
    sa.Column('placeholder_name', sa.String(length=254), nullable=True),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('individual_starts_at', UtcDateTime(), nullable=True),
    sa.Column('individual_ends_at', UtcDateTime(), nullable=True),
    sa.Column('structure_data', sa.JSON(), nullable=False),
    sa.Column('is_finished', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=True),
    sa.CheckConstraint('(CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN guest_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN federated_user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN placeholder_name IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_participations_one_participant')),
    sa.ForeignKeyConstraint(['federated_user_id'], ['federated_users.id'], name=op.f('fk_participations_federated_user_id_federated_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['guest_id'], ['crew_guests.id'], name=op.f('fk_participations_guest_id_crew_guests'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_participations_shift_id_shifts'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_participations_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participations')),
    sa.UniqueConstraint('shift_id', 'federated_user_id', name='uq_participations_shift_id_federated_user_id'),
    sa.UniqueConstraint('shift_id', 'guest_id', name='uq_participations_shift_id_guest_id'),
    sa.UniqueConstraint('shift_id', 'user_id', name='uq_participations_shift_id_user_id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_participations_federated_user_id', 'participations', ['federated_user_id'], unique=False)
    op.create_index('ix_participations_guest_id', 'participations', ['guest_id'], unique=False)
    op.create_index('ix_participations_user_id', 'participations', ['user_id', 'id'], unique=False)
    op.create_table('participation_comments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('participation_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(length=255), nullable=False),
    sa.Column('visibility', sa.Integer(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['users.id'], name=op.f('fk_participation_comments_author_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['participation_id'], ['participations.id'], name=op.f('fk_participation_comments_participation_id_participations'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participation_comments')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_participation_comments_author_id'), 'participation_comments', ['author_id'], unique=False)
    op.create_index(op.f('ix_participation_comments_participation_id'), 'participation_comments', ['participation_id'], unique=False)
    op.create_table('question_answers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('participation_id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['participation_id'], ['participations.id'], name=op.f('fk_question_answers_participation_id_participations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['question_id'], ['questions.id'], name=op.f('fk_question_answers_question_id_questions'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_answers')),
    sa.UniqueConstraint('participation_id', 'question_id', name=op.f('uq_question_answers_participation_id_question_id')),
    sqlite_autoincrement=True
    )
    op.create_index(op.f('ix_question_answers_question_id'), 'question_answers', ['question_id'], unique=False)


def downgrade():
    op.drop_table('question_answers')
    op.drop_table('participation_comments')
    op.drop_table('participations')
    op.drop_table('federated_qualifications')
    op.drop_table('federation_shares')
    op.drop_table('federated_users')
    op.drop_table('federation_guests')
    op.drop_table('shift_resources')
    op.drop_table('shift_questions')
    op.drop_table('guest_qualifications')
    op.drop_table('shifts')
    op.drop_table('qualification_inclusions')
    op.drop_table('qualification_grants')
    op.drop_table('federation_hosts')
    op.drop_table('event_type_qualifications')
    op.drop_table('event_qualifications')
    op.drop_table('event_guest_shares')
    op.drop_table('crew_guests')
    op.drop_table('crew_details')
    op.drop_table('requirement_qualifications')
    op.drop_table('position_qualifications')
    op.drop_table('working_hours')
    op.drop_table('saved_answers')
    op.drop_table('qualifications')
    op.drop_table('event_type_visible_groups')
    op.drop_table('event_type_responsible_users')
    op.drop_table('event_type_responsible_groups')
    op.drop_table('crew_resources')
    op.drop_table('crew_profiles')
    op.drop_table('consequences')
    op.drop_table('block_requirements')
    op.drop_table('block_positions')
    op.drop_table('block_compositions')
    op.drop_table('resource_categories')
    op.drop_table('questions')
    op.drop_table('qualification_categories')
    op.drop_table('federation_invites')
    op.drop_table('event_types')
    op.drop_table('building_blocks')
    op.drop_column('clients', 'imported_secret_hash')
